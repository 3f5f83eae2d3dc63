/** Days, months and years, as policies write them. */
export const UNITS = ['D', 'M', 'Y'] as const;
/** Ends of what points last until. */
export const ROUND_UPS = ['day', 'month', 'quarter', 'half', 'year'] as const;

/** How long points last: `P12M/quarter` is 12 months, and then to the end of the quarter. */
interface Expiry {
  count: number;
  unit: (typeof UNITS)[number];
  roundUp: (typeof ROUND_UPS)[number];
}

/** Reads a policy; undefined for points that never expire. */
export function expiryOf(policy: string | undefined): Expiry | undefined {
  const [, count, letter, end] = /^P(\d+)([DMY])(?:\/(\w+))?$/.exec(policy ?? '') ?? [];
  const unit = UNITS.find((one) => one === letter);
  return unit && { count: Number(count), unit, roundUp: ROUND_UPS.find((one) => one === end) ?? 'day' };
}

/** Writes a policy. */
export const policyOf = ({ count, unit, roundUp }: Expiry) => `P${count}${unit}${roundUp === 'day' ? '' : `/${roundUp}`}`;
