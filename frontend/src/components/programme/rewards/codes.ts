const CODE_CHARS = 100;

/** The codes in a text or CSV file: the first column of each line, without its heading, each once. */
export function codesOf(text: string) {
  const lines = text
    .split(/\r?\n/)
    .map((line) =>
      line.trim().startsWith('"') ? (/^\s*"((?:[^"]|"")*)"/.exec(line)?.[1]?.replaceAll('""', '"') ?? '') : (line.split(/[,;\t]/)[0] ?? ''),
    )
    .map((code) => code.trim())
    .filter((code, index) => code !== '' && !(index === 0 && /^(coupon[ _-]?)?codes?$/i.test(code)));
  const fitting = lines.filter((code) => code.length <= CODE_CHARS);
  const codes = [...new Set(fitting)];
  return { codes, repeated: fitting.length - codes.length, tooLong: lines.length - fitting.length };
}
