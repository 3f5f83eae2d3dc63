import type { QueryClient } from '@tanstack/react-query';

const OF_POINTS = ['getMyPoints', 'getMyTier', 'listMyStatement', 'listMyRedemptions', 'listRewards', 'getReward'];

/** Everything that shows points is asked for again, after they moved. */
export const refreshPoints = (queries: QueryClient) =>
  queries.invalidateQueries({
    predicate: ({ queryKey: [key] }) => OF_POINTS.includes((key as { _id?: string })?._id ?? ''),
  });
