import { Button, Center, SimpleGrid, Stack } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Loading, Problem } from './states';

interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

/** How cursor lists go on. The first page has no cursor: the generated options take an empty object for that. */
export const byCursor = {
  initialPageParam: {} as string,
  getNextPageParam: (page: { next_cursor?: string | null }) => page.next_cursor ?? undefined,
};

/** A list by cursor: what is loaded, and a button for more. */
export function Pages<Item>({
  query,
  empty,
  gap = 'sm',
  grid = false,
  children,
}: {
  query: UseInfiniteQueryResult<InfiniteData<Page<Item>>, unknown>;
  empty: ReactNode;
  gap?: string | number;
  /** Side by side where there is room. */
  grid?: boolean;
  children: (item: Item) => ReactNode;
}) {
  const { t } = useTranslation();
  if (query.isPending) return <Loading />;
  if (query.isError && !query.data) return <Problem error={query.error} retry={() => query.refetch()} />;
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return empty;
  return (
    <Stack gap={gap}>
      {grid ? <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>{items.map(children)}</SimpleGrid> : items.map(children)}
      {query.isFetchNextPageError && <Problem error={query.error} />}
      {query.hasNextPage && (
        <Center>
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {t('more')}
          </Button>
        </Center>
      )}
    </Stack>
  );
}
