import type { Decision } from '@regulars/client';

const KEPT = 6;
const PLACE = 'regulars.review-reasons';

type Reasons = Partial<Record<Decision, string[]>>;

function stored(): Reasons {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? '{}') as Reasons;
  } catch {
    return {};
  }
}

/** The reasons given on this device lately for a decision, the newest first. */
export const recentReasons = (decision: Decision): string[] => stored()[decision] ?? [];

/** Keeps a reason, to offer it again. */
export function rememberReason(decision: Decision, reason: string) {
  const others = recentReasons(decision).filter((other) => other !== reason);
  localStorage.setItem(PLACE, JSON.stringify({ ...stored(), [decision]: [reason, ...others].slice(0, KEPT) }));
}
