import { Stack } from '@mantine/core';
import type { ListRewardsResponse, RewardView } from '@regulars/client';
import { IconGift } from '@tabler/icons-react';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Batches, LoadMore } from '../InfiniteList';
import { Empty, Loading, Problem } from '../LoadState';

/** The rewards as a grid of cards; filters apply to what is loaded, so that more can be asked for. */
export function Catalogue({
  query,
  wanted,
  children,
}: {
  query: UseInfiniteQueryResult<InfiniteData<ListRewardsResponse>, unknown>;
  wanted: (reward: RewardView) => boolean;
  children: (reward: RewardView) => ReactNode;
}) {
  const { t } = useTranslation('loyalty');
  if (query.isPending) return <Loading />;
  if (!query.data) return <Problem error={query.error} retry={() => query.refetch()} />;
  const all = query.data.pages.flatMap((page) => page.items);
  const shown = all.filter(wanted);
  return (
    <Stack>
      {shown.length === 0 && !query.hasNextPage && (
        <Empty icon={IconGift} title={t(all.length === 0 ? 'rewards.none' : 'rewards.none_like_this')} />
      )}
      <Batches items={shown} as="grid">
        {children}
      </Batches>
      {query.isFetchNextPageError && <Problem error={query.error} />}
      <LoadMore query={query} />
    </Stack>
  );
}
