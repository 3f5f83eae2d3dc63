/** The values of a form: plain objects, lists and what JSON has. */
type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two values are the same, as JSON writes them. */
export const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** What was typed, upon what others made of the thing meanwhile. */
export interface Rebased<Values> {
  values: Values;
  /** The paths of the fields that both changed, each in another way; what was typed stands in them. */
  both: string[];
}

/** Carries what was changed from `before` to `mine` over to `theirs`, field by field. */
export function rebase<Values extends object>(before: Values, mine: Values, theirs: Values, path = ''): Rebased<Values> {
  const both: string[] = [];
  const fields = Object.keys(mine).map((name) => {
    const [from, typed, now] = [before, mine, theirs].map((values) => (values as Plain)[name]);
    if (isSame(typed, from)) return [name, now];
    if (isPlain(from) && isPlain(typed) && isPlain(now)) {
      const inner = rebase(from, typed, now, `${path}${name}.`);
      both.push(...inner.both);
      return [name, inner.values];
    }
    if (!isSame(now, from) && !isSame(now, typed)) both.push(path + name);
    return [name, typed];
  });
  return { values: Object.fromEntries(fields), both };
}

/** Only the fields that are not as they were. */
export const changesOf = <Values extends object>(values: Values, before: Values): Partial<Values> =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => !isSame(value, (before as Plain)[name]))) as Partial<Values>;
