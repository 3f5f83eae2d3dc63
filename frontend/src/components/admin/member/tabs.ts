/** What is known about a member, by tab; the tab stands in the URL. */
export const TABS = ['overview', 'statement', 'purchases', 'redemptions', 'tiers', 'posts', 'sanctions', 'referrals', 'audit'] as const;
export type Tab = (typeof TABS)[number];

/** What only administrators may read. */
export const FOR_ADMINISTRATORS: readonly Tab[] = ['audit'];
