import type { QueryClient } from '@tanstack/react-query';

/** The operations whose answers show a noun, and are stale once it changed. */
const SHOWN_BY = {
  api_keys: ['listApiKeys'],
  earning_rules: ['listEarningRules', 'listEarningRuleVersions', 'listWaysToEarn'],
  member: [
    'getMemberForAdmin',
    'getMember',
    'getMemberPoints',
    'listMemberStatement',
    'listSanctions',
    'listAllMembers',
    'listMerges',
    'listAuditLog',
    'getDashboard',
  ],
  merges: ['listMerges'],
  my_points: ['getMyPoints', 'getMyTier', 'listMyStatement', 'listMyRedemptions', 'listRewards', 'getReward'],
  my_sessions: ['listMySessions'],
  notifications: ['listMyNotifications', 'countMyNotifications'],
  partners: ['listPartners', 'listApiKeys'],
  redemptions: ['listRedemptions', 'getRedemption', 'getDashboard'],
  rewards: ['listAllRewards', 'listRewards', 'getReward'],
  settings: ['getSettings', 'getSite'],
  tags: ['listTags', 'getTag'],
  tiers: ['listAllTiers', 'listTiers', 'previewTiers', 'getDashboard'],
} as const satisfies Record<string, string[]>;

/** The operation that a query asked, by the key that the client gave it. */
export const operationOf = ([key]: readonly unknown[]) => (key as { _id?: string } | undefined)?._id;

/** Has everything that shows a noun fetched anew, whatever it was asked with; resolves when what is on the screen has come. */
export function invalidate(queries: QueryClient, noun: keyof typeof SHOWN_BY): Promise<void> {
  const operations: readonly string[] = SHOWN_BY[noun];
  return queries.invalidateQueries({ predicate: ({ queryKey }) => operations.includes(operationOf(queryKey) ?? '') });
}
