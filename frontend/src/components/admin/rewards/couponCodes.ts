const CODE_CHARS = 100;
/** Values are parted by one of these, or by what a first line such as `sep=;` says. */
const DELIMITERS = [';', ',', '\t', '|'];
const HEADING =
  /^(((coupon|voucher|gift ?card|gift|promo|promotion|discount|gutschein|rabatt|aktions|kupon)[ _-]?)?codes?|(coupon|voucher|gutschein|kupon)(s|e|nummer|[ _-]?number)?)$/i;
/** Control characters, and what has no width: byte order marks, joiners, soft hyphens. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;

/** A code, and the line that it stands in. */
export interface Code {
  code: string;
  /** Counts from 1. */
  line: number;
}

interface Repeated extends Code {
  /** Where the code stands first. */
  first: number;
}

/** The server keeps codes like this. */
function tidy(text: string) {
  return text.replace(UNSEEN, '').trim();
}

/** By this the server tells codes apart: case, width and space do not count. */
function keyOf(code: string) {
  return code.normalize('NFKC').replace(/\s/g, '').toLowerCase();
}

function valuesOf(line: string, delimiter: string) {
  const values: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*/.exec(rest);
    const end = rest.indexOf(delimiter, quoted?.[0].length ?? 0);
    const value = end < 0 ? rest : rest.slice(0, end);
    values.push(tidy(quoted ? (quoted[1] ?? '').replaceAll('""', '"') : value));
    if (end < 0) return values;
    rest = rest.slice(end + delimiter.length);
  }
}

/** The codes in a text or CSV file: of the column with such a heading, or else the first of each line. Each comes once. */
export function parseCouponCodes(text: string) {
  const lines = text.split(/\r\n|\r|\n/).map((content, index) => ({ content, line: index + 1 }));
  const filled = lines.filter(({ content }) => tidy(content) !== '');
  const named = /^sep=(.)$/i.exec(tidy(filled[0]?.content ?? '')) ?? /^sep=(\t)$/i.exec((filled[0]?.content ?? '').replace(/^\ufeff/, ''));
  if (named) filled.shift();
  const head = filled[0]?.content ?? '';
  const parting = (one: string) => filled.some(({ content }) => content.trim().includes(one));
  const delimiter = named?.[1] ?? DELIMITERS.find((one) => head.trim().includes(one)) ?? DELIMITERS.find(parting) ?? ';';
  const heading = valuesOf(head, delimiter).findIndex((value) => HEADING.test(value));
  const rows = heading < 0 ? filled : filled.slice(1);
  const found = rows
    .map(({ content, line }) => ({ code: valuesOf(content, delimiter)[Math.max(heading, 0)] ?? '', line }))
    .filter(({ code }) => code !== '');

  const firsts = new Map<string, number>();
  const codes: Code[] = [];
  const repeated: Repeated[] = [];
  const tooLong: Code[] = [];
  for (const { code, line } of found) {
    const first = firsts.get(keyOf(code));
    if ([...code].length > CODE_CHARS) tooLong.push({ code, line });
    else if (first !== undefined) repeated.push({ code, line, first });
    else {
      firsts.set(keyOf(code), line);
      codes.push({ code, line });
    }
  }
  return { codes, repeated, tooLong };
}
