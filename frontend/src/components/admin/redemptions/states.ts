import type { RedemptionState } from '@regulars/client';

/** The states of redemptions, in the order in which they are offered. */
export const REDEMPTION_STATES: RedemptionState[] = ['held', 'issued', 'fulfilled', 'cancelled', 'expired', 'refunded'];

/** How the badge of each state looks. */
export const REDEMPTION_TONES = {
  held: 'waiting',
  issued: 'ahead',
  fulfilled: 'good',
  cancelled: 'over',
  expired: 'over',
  refunded: 'over',
} as const;

/** Whether anything can still be done for the member. */
export const isOpen = (state: RedemptionState) => state === 'held' || state === 'issued';
