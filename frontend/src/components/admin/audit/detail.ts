/** What the log keeps beside the reason; its fields differ by action. */
export type Detail = Record<string, unknown>;

export const isDetail = (value: unknown): value is Detail => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Pairs of fields that say what was before and what came of it, and what they are about. */
const CHANGES = [
  ['from', 'to', 'state'],
  ['state_before', 'state_after', 'state'],
  ['by_hand_before', 'trust', 'trust'],
] as const;

const changed = (detail: Detail) => CHANGES.find(([before, after]) => before in detail && after in detail);

/** What was before and what came of it, where the entry says so. */
export function changeIn(detail: Detail) {
  const fields = changed(detail);
  if (fields) return { field: fields[2], before: detail[fields[0]], after: detail[fields[1]] };
  // Some say it as a pair.
  const pair = Object.entries(detail).find(([, value]) => Array.isArray(value) && value.length === 2 && typeof value[0] !== 'object');
  if (pair && Array.isArray(pair[1])) return { field: pair[0], before: pair[1][0], after: pair[1][1] };
}

/** What people can read at a glance: no ids, nothing nested. */
export function factsIn(detail: Detail): [string, unknown][] {
  const change = changed(detail) as readonly string[] | undefined;
  return Object.entries(detail).filter(
    ([name, value]) => value !== null && value !== '' && typeof value !== 'object' && !name.endsWith('_id') && !change?.includes(name),
  );
}
