import { getLeaderboardOptions, listGroupsOptions, listTagsOptions } from '@regulars/client/react-query';
import type { QueryClient } from '@tanstack/react-query';

export const WIDE = '(min-width: 62em)';
const TAGS = 12;
const LEADERS = 5;
const GROUPS = 4;

export const popularTags = () => listTagsOptions({ query: { limit: TAGS } });
export const leaders = () => getLeaderboardOptions({ path: { board: 'points' }, query: { period: 'month', limit: LEADERS } });
export const groups = () => listGroupsOptions({ query: { limit: GROUPS } });

/** Reads what is beside the list, where there is room for it; without it the page is still good. */
export async function loadSide(queries: QueryClient) {
  if (!window.matchMedia(WIDE).matches) return;
  await Promise.all([queries.prefetchQuery(popularTags()), queries.prefetchQuery(leaders()), queries.prefetchQuery(groups())]);
}
