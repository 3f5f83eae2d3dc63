import { Button, Center, Paper, SimpleGrid, Stack } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { memo, type ReactNode, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './InfiniteList.module.css';
import { Loading, Problem } from './LoadState';

interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

/** How cursor lists go on. The first page has no cursor: the generated options take an empty object for that. */
export const byCursor = {
  initialPageParam: {} as string,
  getNextPageParam: (page: { next_cursor?: string | null }) => page.next_cursor ?? undefined,
};

interface Layout<Item> {
  /** Cards below each other or, as a grid, side by side where there is room; or rows with lines between them. */
  as?: 'cards' | 'grid' | 'rows';
  /** How an item is drawn. Batches are drawn anew when this is another function: long lists name it outside of their component. */
  children: (item: Item) => ReactNode;
}

type Props<Item> = Layout<Item> & { query: UseInfiniteQueryResult<InfiniteData<Page<Item>>, unknown>; empty: ReactNode };

/** A list by cursor: what is loaded, and a button for more. */
export function InfiniteList<Item extends object>(props: Props<Item>) {
  if (props.as !== 'rows') return <LoadedItems {...props} />;
  // Not a Card: its context is another at each drawing, and React would look for its users in all rows.
  return (
    <Paper withBorder className={classes.sheet}>
      <LoadedItems {...props} />
    </Paper>
  );
}

function LoadedItems<Item extends object>({ query, empty, ...layout }: Props<Item>) {
  if (query.isPending) return <Loading />;
  if (query.isError && !query.data) return <Problem error={query.error} retry={() => query.refetch()} />;
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return empty;
  return (
    <Stack {...(layout.as === 'rows' ? ROWS : CARDS)}>
      <Batches items={items} {...layout} />
      {query.isFetchNextPageError && <Problem error={query.error} />}
      <LoadMore query={query} />
    </Stack>
  );
}

interface Continuable {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Loads the next page of a list, as long as there is one. */
export function LoadMore({ query, children }: { query: Continuable; children?: ReactNode }) {
  const { t } = useTranslation();
  if (!query.hasNextPage) return null;
  return (
    <Center className={classes.more}>
      <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
        {children ?? t('more')}
      </Button>
    </Center>
  );
}

const CARDS = { gap: 'sm' };
const ROWS = { gap: 0, className: classes.rows };

/** How many items are drawn and laid out together; any number of columns in a grid divides it. */
const BATCH = 24;

/** Items that are drawn part by part. */
export function Batches<Item extends object>({ items, ...layout }: Layout<Item> & { items: Item[] }) {
  const starts = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) => index * BATCH);
  return starts.map((start) => <Batch key={start} items={items.slice(start, start + BATCH)} {...layout} />);
}

/** How high batches were when they were last seen, by their first items: who comes back finds the place again. */
const heights = new WeakMap<object, number>();
const HEIGHT_EXPECTED = 2000;

/** A part of a list that is drawn once, and costs nothing while it is out of sight: lists of thousands stay smooth. */
const Batch = memo(
  function Batch<Item extends object>({ items, as, children }: Layout<Item> & { items: Item[] }) {
    const drawn = items.map(children);
    const element = useRef<HTMLDivElement>(null);
    const first = items[0];
    useLayoutEffect(() => {
      const batch = element.current;
      return () => {
        if (batch && first) heights.set(first, batch.offsetHeight);
      };
    }, [first]);
    const height = (first && heights.get(first)) ?? HEIGHT_EXPECTED;
    return (
      <div
        ref={element}
        data-batch
        // The last one still grows.
        className={items.length === BATCH ? classes.batch : undefined}
        style={{ containIntrinsicBlockSize: `auto ${height}px` }}
      >
        {as === 'grid' ? (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing={CARDS.gap}>
            {drawn}
          </SimpleGrid>
        ) : (
          <Stack {...(as === 'rows' ? ROWS : CARDS)}>{drawn}</Stack>
        )}
      </div>
    );
  },
  (was, is) =>
    was.children === is.children && was.items.length === is.items.length && was.items.every((item, index) => item === is.items[index]),
) as <Item extends object>(props: Layout<Item> & { items: Item[] }) => ReactNode;
