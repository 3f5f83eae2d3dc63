import type { Decision } from '@regulars/client';
import { readKept, writeKept } from '~/kept';

const KEPT = 6;
const PLACE = 'review-reasons';

type Reasons = Partial<Record<Decision, string[]>>;

const stored = () => readKept<Reasons>(PLACE) ?? {};

/** The reasons that the member gave on this device lately for a decision, the newest first. */
export const recentReasons = (decision: Decision): string[] => stored()[decision] ?? [];

/** Keeps a reason, to offer it again. */
export function rememberReason(decision: Decision, reason: string) {
  const others = recentReasons(decision).filter((other) => other !== reason);
  writeKept(PLACE, { ...stored(), [decision]: [reason, ...others].slice(0, KEPT) });
}
