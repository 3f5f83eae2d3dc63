import type { RedemptionView } from '@regulars/client';
import { listMyRedemptionsInfiniteOptions } from '@regulars/client/react-query';
import { IconGift } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { LinkButton } from '~/components/links';
import { RedemptionCard } from '~/components/loyalty/RedemptionCard';
import { PageHeader } from '~/components/PageHeader';
import { loadNamespaces } from '~/i18n';

export const Route = createFileRoute('/_member/rewards/mine')({
  loader: ({ context: { queries } }) =>
    Promise.all([loadNamespaces('loyalty'), queries.ensureInfiniteQueryData({ ...listMyRedemptionsInfiniteOptions(), ...byCursor })]),
  component: MyRewards,
});

const card = (redemption: RedemptionView) => <RedemptionCard key={redemption.id} redemption={redemption} />;

function MyRewards() {
  const { t } = useTranslation('loyalty');
  const query = useInfiniteQuery({ ...listMyRedemptionsInfiniteOptions(), ...byCursor });
  return (
    <>
      <PageHeader title={t('mine.title')} description={t('mine.description')}>
        <LinkButton to="/rewards" variant="default">
          {t('mine.catalogue')}
        </LinkButton>
      </PageHeader>
      <InfiniteList
        query={query}
        empty={
          <Empty icon={IconGift} title={t('mine.none')}>
            <LinkButton to="/rewards">{t('mine.catalogue')}</LinkButton>
          </Empty>
        }
      >
        {card}
      </InfiniteList>
    </>
  );
}
