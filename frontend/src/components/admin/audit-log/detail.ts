/** What the log keeps beside the reason; its fields differ by action. */
export type Detail = Record<string, unknown>;

/** Whether a value is an object with fields. */
export const isDetail = (value: unknown): value is Detail => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Pairs of fields that say what was before and what came of it, and what they are about. */
const CHANGES = [
  ['from', 'to', 'state'],
  ['state_before', 'state_after', 'state'],
  ['by_hand_before', 'trust', 'trust'],
] as const;

const changed = (detail: Detail) => CHANGES.find(([before, after]) => before in detail && after in detail);

interface Change {
  field: string;
  before: unknown;
  after: unknown;
  /** Whether it must be said what changed; otherwise the action says it. */
  named: boolean;
}

/** What was before and what came of it, where the entry says so: of several fields, those that differ. */
export function changesIn(detail: Detail): Change[] {
  const fields = changed(detail);
  if (!fields) {
    // Some say it as a pair of numbers; words are a list.
    return Object.entries(detail).flatMap(([field, value]) =>
      Array.isArray(value) && value.length === 2 && value.every(Number.isFinite)
        ? { field, before: value[0], after: value[1], named: true }
        : [],
    );
  }
  const [before, after] = [detail[fields[0]], detail[fields[1]]];
  if (!isDetail(before) || !isDetail(after)) return [{ field: fields[2], before, after, named: false }];
  return Object.keys({ ...before, ...after })
    .map((field) => ({ field, before: before[field], after: after[field], named: true }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** How many of an entry's own fields its changes say. */
export const changedFields = (detail: Detail) => (changed(detail) ? 2 : changesIn(detail).length);

/** What people can read at a glance: no ids, nothing nested. */
export function fieldsIn(detail: Detail): [string, unknown][] {
  const change = changed(detail) as readonly string[] | undefined;
  return Object.entries(detail).filter(
    ([name, value]) => value !== null && value !== '' && typeof value !== 'object' && !name.endsWith('_id') && !change?.includes(name),
  );
}
