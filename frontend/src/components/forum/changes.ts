/** A line of a text that was changed. */
export interface Line {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** Beyond this, comparing takes longer than it is worth. */
const LINES_MAX = 1_500;

/** The lines of `after`, with those of `before` that are gone (longest common subsequence). */
export function changesOf(before: string, after: string): Line[] {
  const [a, b] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  if (a.length > LINES_MAX || b.length > LINES_MAX) {
    return [...a.map((text): Line => ({ kind: 'removed', text })), ...b.map((text): Line => ({ kind: 'added', text }))];
  }
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: b[j] ?? '' });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) lines.push({ kind: 'removed', text: a[i++] ?? '' });
    else lines.push({ kind: 'added', text: b[j++] ?? '' });
  }
  return lines;
}
