import type { Trigger, WayToEarn } from '@regulars/client';

/** What each side of a referral gets, and on what conditions. */
export function referralTermsOf(ways: WayToEarn[]) {
  const by = (trigger: Trigger) => ways.find((way) => way.trigger === trigger);
  const [mine, theirs] = [by('referral_advocate'), by('referral_referee')];
  const sides = mine && theirs ? 'both' : mine ? 'mine' : theirs ? 'theirs' : 'none';
  return { mine, theirs, sides, any: mine ?? theirs } as const;
}
