const SPACE = /\s/;

/** A number as people of a locale write it, in units of its last digit: "1,234.50" with two digits is 123450. */
export function readNumber(text: string, locale: string, digits: number): number | undefined {
  const [group, decimal] = separators(locale);
  const groups = SPACE.test(group) ? '\\s' : /['’]/.test(group) ? "[’']" : `\\${group}`;
  const written = new RegExp(`^([-−]?)(\\d*|\\d{1,3}(?:${groups}\\d{2,3})*${groups}\\d{3})(?:\\${decimal}(\\d{0,${digits}}))?$`);
  const [, minus, whole = '', fraction = ''] = text.trim().match(written) ?? [];
  const read = whole.replace(/\D/g, '') + fraction;
  const units = Number(read + '0'.repeat(digits - fraction.length));
  if (read === '' || !Number.isSafeInteger(units)) return;
  return minus ? -units : units;
}

/** Writes a number, given in units of its last digit, as {@link readNumber} reads it. */
export const writeNumber = (units: number, locale: string, digits: number) =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(units / 10 ** digits);

function separators(locale: string): [group: string, decimal: string] {
  const parts = new Intl.NumberFormat(locale).formatToParts(-12_345.6);
  const separator = (wanted: string) => parts.find(({ type }) => type === wanted)?.value ?? '';
  return [separator('group'), separator('decimal')];
}
