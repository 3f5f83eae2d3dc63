import { getLeaderboardOptions, listGroupsOptions, listTagsOptions } from '@regulars/client/react-query';
import type { QueryClient } from '@tanstack/react-query';

/** From this width on there is room for a sidebar. */
export const WIDE = '(min-width: 62em)';
const TAGS = 12;
const LEADERS = 5;
const GROUPS = 4;

/** The most used tags. */
export const popularTags = () => listTagsOptions({ query: { limit: TAGS } });
/** Who earned most points this month. */
export const leaders = () => getLeaderboardOptions({ path: { board: 'points' }, query: { period: 'month', limit: LEADERS } });
/** The largest groups. */
export const groups = () => listGroupsOptions({ query: { limit: GROUPS } });

/** Reads what the sidebar shows, where there is room for it; without it the page is still good. */
export async function loadSidebar(queries: QueryClient) {
  if (!window.matchMedia(WIDE).matches) return;
  await Promise.all([queries.prefetchQuery(popularTags()), queries.prefetchQuery(leaders()), queries.prefetchQuery(groups())]);
}
