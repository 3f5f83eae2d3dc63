import { Card, Grid, SimpleGrid, Stack, Tabs, Text, Title } from '@mantine/core';
import {
  getMyPointsOptions,
  getMyTierOptions,
  listMyPurchasesInfiniteOptions,
  listMyStatementInfiniteOptions,
  listTiersOptions,
  listWaysToEarnOptions,
} from '@regulars/client/react-query';
import { IconCoins, IconCrown, IconReceipt, IconShoppingBag } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { byCursor } from '~/components/InfiniteList';
import { BalanceCard } from '~/components/loyalty/BalanceCard';
import { Purchases } from '~/components/loyalty/Purchases';
import { Statement } from '~/components/loyalty/Statement';
import { TierCard } from '~/components/loyalty/TierCard';
import { TierHistory, TierLadder } from '~/components/loyalty/TierLadder';
import { WaysToEarn } from '~/components/loyalty/WaysToEarn';
import { PageHeader } from '~/components/PageHeader';
import { TabRow } from '~/components/TabRow';
import { loadNamespaces } from '~/i18n';

const TABS = [
  ['statement', IconReceipt],
  ['purchases', IconShoppingBag],
  ['tiers', IconCrown],
  ['earn', IconCoins],
] as const;
type Tab = (typeof TABS)[number][0];

export const Route = createFileRoute('/_member/points')({
  validateSearch: (search): { tab?: Tab } => ({ tab: TABS.find(([tab]) => tab === search.tab)?.[0] }),
  loaderDeps: ({ search }) => ({ tab: search.tab ?? 'statement' }),
  loader: ({ context: { queries }, deps: { tab } }) =>
    Promise.all([
      loadNamespaces('loyalty'),
      queries.ensureQueryData(getMyPointsOptions()),
      queries.ensureQueryData(getMyTierOptions()),
      queries.ensureQueryData(listTiersOptions()),
      tab === 'statement' && queries.ensureInfiniteQueryData({ ...listMyStatementInfiniteOptions(), ...byCursor }),
      tab === 'earn' && queries.ensureQueryData(listWaysToEarnOptions()),
      tab === 'purchases' && queries.ensureInfiniteQueryData({ ...listMyPurchasesInfiniteOptions(), ...byCursor }),
    ]),
  component: Points,
});

function Points() {
  const { t } = useTranslation('loyalty');
  const { tab = 'statement' } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data: points } = useSuspenseQuery(getMyPointsOptions());
  const { data: tier } = useSuspenseQuery(getMyTierOptions());
  const { data: ladder } = useSuspenseQuery(listTiersOptions());
  return (
    <>
      <PageHeader title={t('points.title')} description={t('points.description')} />
      <Grid mb="xl">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <BalanceCard points={points} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <TierCard tier={tier} />
        </Grid.Col>
      </Grid>
      <Tabs
        value={tab}
        onChange={(next) =>
          navigate({ search: { tab: next === 'statement' ? undefined : (next as Tab) }, replace: true, resetScroll: false })
        }
        keepMounted={false}
      >
        <TabRow value={tab} mb="md" aria-label={t('points.title')}>
          {TABS.map(([name, Image]) => (
            <Tabs.Tab key={name} value={name} leftSection={<Image size={16} aria-hidden />}>
              {t(`points.tab.${name}`)}
            </Tabs.Tab>
          ))}
        </TabRow>
        <Tabs.Panel value="statement">
          <Statement />
        </Tabs.Panel>
        <Tabs.Panel value="purchases">
          <Purchases />
        </Tabs.Panel>
        <Tabs.Panel value="tiers">
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
            <Card p="lg" component="section" aria-labelledby="ladder">
              <Stack gap="md">
                <Title order={2} size="h4" id="ladder">
                  {t('tiers.ladder')}
                </Title>
                <Text size="sm" c="dimmed">
                  {t('tiers.how')}
                </Text>
                <TierLadder tiers={ladder.items} mine={tier.rank} />
              </Stack>
            </Card>
            <TierHistory tier={tier} />
          </SimpleGrid>
        </Tabs.Panel>
        <Tabs.Panel value="earn">
          <WaysToEarn />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
