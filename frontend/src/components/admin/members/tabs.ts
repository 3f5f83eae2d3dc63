/** What is known about a member, by tab; the tab stands in the URL. */
export const TABS = [
  'overview',
  'statement',
  'purchases',
  'redemptions',
  'tiers',
  'posts',
  'sanctions',
  'referrals',
  'merges',
  'audit',
] as const;
/** The name of a tab. */
export type Tab = (typeof TABS)[number];

/** What only administrators may read. */
export const FOR_ADMINISTRATORS: readonly Tab[] = ['merges', 'audit'];

/** What there is still of a member who was merged: the rest is on the other's page. */
export const OF_MERGED: readonly Tab[] = ['overview', 'statement', 'merges', 'audit'];
