import type { PostKind, ReviewItem, ReviewState } from '@regulars/client';
import { getReviewItemQueryKey, listReviewItemsInfiniteOptions } from '@regulars/client/react-query';
import { hashKey, type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { byCursor } from '~/components/InfiniteList';

/** What of the queue is shown; it stands in the URL. */
export interface QueueFilter {
  state?: ReviewState;
  kind?: PostKind;
  group?: string;
}

interface Page {
  items: ReviewItem[];
}

/** The queue page by page. */
export const queueOptions = ({ state, kind, group }: QueueFilter) => ({
  ...listReviewItemsInfiniteOptions({ query: { state, kind, group } }),
  ...byCursor,
});

/** Takes over what the server answered about an item: where it fits no more, it leaves the list. */
function take(queries: QueryClient, filter: QueueFilter, item: ReviewItem) {
  const fits = filter.state ? item.state === filter.state : item.state !== 'decided';
  queries.setQueryData<InfiniteData<Page>>(
    queueOptions(filter).queryKey,
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          items: page.items.flatMap((other) => (other.id !== item.id ? [other] : fits ? [item] : [])),
        })),
      },
  );
  queries.setQueryData(getReviewItemQueryKey({ path: { id: item.id } }), item);
}

/** How the page's copies of the queue follow what is done. */
export function useQueue(filter: QueueFilter) {
  const queries = useQueryClient();
  return {
    take: (item: ReviewItem) => {
      take(queries, filter, item);
      // Counters and other filters; the list in view is right already.
      const shown = hashKey(queueOptions(filter).queryKey);
      return queries.invalidateQueries({ queryKey: [{ _id: 'listReviewItems' }], predicate: ({ queryHash }) => queryHash !== shown });
    },
    reload: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: [{ _id: 'listReviewItems' }] }),
        queries.invalidateQueries({ queryKey: [{ _id: 'getReviewItem' }] }),
      ]),
  };
}
