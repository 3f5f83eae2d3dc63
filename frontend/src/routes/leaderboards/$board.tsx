import { Card, Group, SegmentedControl, Stack, Tabs, Text, Title } from '@mantine/core';
import type { Metric, Period } from '@regulars/client';
import { getGroupOptions, getLeaderboardOptions } from '@regulars/client/react-query';
import { IconCircleCheck, IconCoins, IconStar, IconTrophy, IconX } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, notFound } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isSignedIn } from '~/api';
import { Empty } from '~/components/LoadState';
import { LinkButton, LinkText } from '~/components/links';
import { AroundMe } from '~/components/loyalty/AroundMe';
import { LeaderboardRows } from '~/components/loyalty/LeaderboardRows';
import { PageHeader } from '~/components/PageHeader';
import { TabRow } from '~/components/TabRow';
import { loadNamespaces } from '~/i18n';
import { text } from '~/searchParams';
import { useMe } from '~/session';

const BOARDS = [
  ['points', IconCoins],
  ['reputation', IconStar],
  ['accepted_answers', IconCircleCheck],
] as const;
const PERIODS = ['all', 'year', 'month', 'week', 'day'] as const satisfies Period[];

interface Search {
  /** All time when absent. */
  period?: Exclude<Period, 'all'>;
  /** The slug of the group that alone counts. */
  group?: string;
}

export const Route = createFileRoute('/leaderboards/$board')({
  params: {
    parse: ({ board }): { board: Metric } => {
      const known = BOARDS.find(([name]) => name === board)?.[0];
      if (!known) throw notFound();
      return { board: known };
    },
  },
  validateSearch: (search): Search => ({
    period: PERIODS.filter((period) => period !== 'all').find((period) => period === search.period),
    group: text(search.group),
  }),
  // The very request that the server answers within the page.
  loaderDeps: ({ search: { period = 'all' as Period, group } }) => ({ period, group }),
  loader: ({ context: { queries }, params: { board }, deps }) =>
    Promise.all([
      loadNamespaces('loyalty'),
      queries.ensureQueryData(getLeaderboardOptions({ path: { board }, query: deps })),
      deps.group && queries.ensureQueryData(getGroupOptions({ path: { slug: deps.group } })),
    ]),
  component: Leaderboard,
});

function Leaderboard() {
  const { t } = useTranslation('loyalty');
  const { board } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const me = useMe();
  const query = Route.useLoaderDeps();
  const { data: top } = useSuspenseQuery(getLeaderboardOptions({ path: { board }, query }));
  const { data: group } = useQuery({ ...getGroupOptions({ path: { slug: search.group ?? '' } }), enabled: search.group !== undefined });

  return (
    <>
      <PageHeader title={t('boards.title')} description={t('boards.description')} />
      <Tabs value={board} onChange={(next) => navigate({ params: { board: next as Metric }, search, replace: true, resetScroll: false })}>
        <TabRow value={board} aria-label={t('boards.boards')}>
          {BOARDS.map(([name, Image]) => (
            <Tabs.Tab key={name} value={name} leftSection={<Image size={16} aria-hidden />}>
              {t(`boards.board.${name}`)}
            </Tabs.Tab>
          ))}
        </TabRow>
        <Tabs.Panel value={board} pt="md">
          <Stack>
            <Group justify="space-between">
              <SegmentedControl
                style={{ overflowX: 'auto' }}
                aria-label={t('boards.period_label')}
                value={search.period ?? 'all'}
                onChange={(period) =>
                  navigate({
                    search: { ...search, period: period === 'all' ? undefined : (period as Search['period']) },
                    replace: true,
                    resetScroll: false,
                  })
                }
                data={PERIODS.map((value) => ({ value: value as string, label: t(`boards.period.${value}`) }))}
              />
              <Text size="sm" c="dimmed">
                {t(`boards.about.${board}`)}
              </Text>
            </Group>
            {search.group && (
              <Group gap="xs">
                <Text size="sm">
                  {t('boards.group')}{' '}
                  <LinkText to="/groups/$slug" params={{ slug: search.group }} fw={600}>
                    {group?.name ?? search.group}
                  </LinkText>
                </Text>
                <LinkButton
                  to="/leaderboards/$board"
                  params={{ board }}
                  search={{ period: search.period }}
                  size="compact-sm"
                  variant="default"
                  leftSection={<IconX size={14} aria-hidden />}
                >
                  {t('boards.group_clear')}
                </LinkButton>
              </Group>
            )}
            {me && isSignedIn() && <AroundMe board={board} query={query} me={me} mine={top.me} top={top.items} />}
            <Card p={0} component="section" aria-labelledby="top">
              <Title order={2} size="h4" id="top" px="md" pt="md" pb="xs">
                {t('boards.top')}
              </Title>
              {top.items.length === 0 && <Empty icon={IconTrophy} title={t('boards.none')} />}
              <LeaderboardRows board={board} entries={top.items} mine={me?.handle} />
            </Card>
            {me && (
              <Text size="sm" c="dimmed" ta="center">
                {t('boards.opt_out')}{' '}
                <LinkText to="/settings/profile" inherit underline="always">
                  {t('boards.settings')}
                </LinkText>
                .
              </Text>
            )}
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
