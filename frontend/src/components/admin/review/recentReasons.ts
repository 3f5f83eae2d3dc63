import type { Decision } from '@regulars/client';
import { readStored, writeStored } from '~/memberStorage';

const REASONS_MAX = 6;
const KEY = 'review-reasons';

type Reasons = Partial<Record<Decision, string[]>>;

const stored = () => readStored<Reasons>(KEY) ?? {};

/** The reasons that the member gave on this device lately for a decision, the newest first. */
export const recentReasons = (decision: Decision): string[] => stored()[decision] ?? [];

/** Stores a reason, to offer it again. */
export function rememberReason(decision: Decision, reason: string) {
  const others = recentReasons(decision).filter((other) => other !== reason);
  writeStored(KEY, { ...stored(), [decision]: [reason, ...others].slice(0, REASONS_MAX) });
}
