import { readLocalStorageValue, useLocalStorage } from '@mantine/hooks';
import type { Decision } from '@regulars/client';

const KEPT = 6;
const options = { key: 'regulars.review-reasons', defaultValue: {} as Partial<Record<Decision, string[]>> };

/** The reasons given on this device lately, by decision, the newest first. */
export function useRecentReasons() {
  const [reasons, setReasons] = useLocalStorage({ ...options, getInitialValueInEffect: false });
  return {
    of: (decision: Decision) => reasons[decision] ?? [],
    remember: (decision: Decision, reason: string) =>
      setReasons((all) => ({ ...all, [decision]: [reason, ...(all[decision] ?? []).filter((other) => other !== reason)].slice(0, KEPT) })),
  };
}

/** The reason last given for a decision, to offer it again. */
export const lastReason = (decision: Decision) => readLocalStorageValue(options)?.[decision]?.[0] ?? '';
