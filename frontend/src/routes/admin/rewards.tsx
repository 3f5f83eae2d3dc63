import { Button, Group, List, SegmentedControl, Stack, Text } from '@mantine/core';
import { type CatalogueReward, listAllRewards } from '@regulars/client';
import { deleteRewardMutation, getSiteOptions, listAllRewardsOptions } from '@regulars/client/react-query';
import { IconGift, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { ConfirmByName } from '~/components/admin/ConfirmByName';
import { CsvButton } from '~/components/admin/CsvButton';
import { type Column, DataTable } from '~/components/admin/DataTable';
import { RewardActions } from '~/components/admin/rewards/RewardActions';
import { RewardDrawer } from '~/components/admin/rewards/RewardDrawer';
import { statusOf } from '~/components/admin/rewards/rewardForm';
import { SupplyDialog } from '~/components/admin/rewards/SupplyDialog';
import { StateBadge } from '~/components/admin/StateBadge';
import { Empty } from '~/components/LoadState';
import { PageHeader } from '~/components/PageHeader';
import { date, money, number, percent } from '~/format';
import { showProblem, showSuccess } from '~/forms';
import { loadNamespaces } from '~/i18n';
import { invalidate } from '~/invalidate';
import { oneOf, text } from '~/searchParams';
import { useWrite } from '~/useWrite';

const SHOWN = ['current', 'archived', 'all'] as const;
type Shown = (typeof SHOWN)[number];
const ROWS = 100;

export const Route = createFileRoute('/admin/rewards')({
  beforeLoad: administratorsOnly,
  validateSearch: (search): { show?: Shown; cursor?: string } => ({
    show: oneOf(SHOWN, search.show),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search: { cursor } }) => ({ cursor }),
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(
      cause,
      Promise.all([
        loadNamespaces('admin_loyalty'),
        queries.ensureQueryData(getSiteOptions()),
        queries.ensureQueryData(listAllRewardsOptions({ query: { ...deps, limit: ROWS } })),
      ]),
    ),
  component: Rewards,
});

/** A row needs a name of its own. */
type Row = CatalogueReward & { id: string };

const TONES = { offered: 'good', scheduled: 'ahead', ended: 'over', sold_out: 'waiting', archived: 'over' } as const;

function Rewards() {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const { cursor, show = 'current' } = Route.useSearch();
  const navigate = Route.useNavigate();
  const queries = useQueryClient();
  const [drawer, setDrawer] = useState<{ opened: boolean; item?: CatalogueReward }>({ opened: false });
  const [supplying, setSupplying] = useState<CatalogueReward>();
  const [archiving, setArchiving] = useState<CatalogueReward>();
  const list = useQuery({ ...listAllRewardsOptions({ query: { cursor, limit: ROWS } }), placeholderData: keepPreviousData });
  const shown = (item: CatalogueReward) => show === 'all' || (item.archived_at !== undefined) === (show === 'archived');
  const page = list.data && { ...list.data, items: list.data.items.filter(shown).map((item): Row => ({ ...item, id: item.reward.id })) };

  const archive = useWrite({
    ...deleteRewardMutation(),
    onSuccess: () => {
      setArchiving(undefined);
      invalidate(queries, 'rewards');
      showSuccess(t('reward.archived_done'));
    },
    onError: (error) => showProblem(error),
  });

  const columns: Column<Row>[] = [
    { accessor: 'reward.name', title: t('admin:name'), width: 260, render: (item) => <NameCell item={item} /> },
    { accessor: 'reward.price_points', title: t('reward.points'), textAlign: 'right', render: ({ reward }) => number(reward.price_points) },
    {
      accessor: 'reward.face_value',
      title: t('reward.value'),
      textAlign: 'right',
      noWrap: true,
      render: (item) => <ValueCell item={item} />,
    },
    {
      accessor: 'reward.stock_left',
      title: t('reward.stock'),
      textAlign: 'right',
      noWrap: true,
      render: (item) => <StockCell item={item} />,
    },
    { accessor: 'status', title: t('admin:state'), render: (item) => <StatusCell item={item} /> },
    {
      accessor: 'actions',
      title: t('admin:actions'),
      textAlign: 'right',
      render: (item) => (
        <RewardActions
          item={item}
          onEdit={() => setDrawer({ opened: true, item })}
          onSupply={() => setSupplying(item)}
          onArchive={() => setArchiving(item)}
        />
      ),
    },
  ];

  return (
    <>
      <PageHeader title={t('reward.title')} description={t('reward.intro')}>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setDrawer({ opened: true })}>
          {t('reward.create')}
        </Button>
      </PageHeader>
      <DataTable<Row>
        label={t('reward.title')}
        query={{ ...list, data: page }}
        columns={columns}
        actions={<CsvButton ask={listAllRewards} />}
        nameOf={({ reward }) => reward.name}
        filters={
          <SegmentedControl
            aria-label={t('admin:show')}
            value={show}
            onChange={(value) => navigate({ search: (now) => ({ ...now, show: value === 'current' ? undefined : (value as Shown) }) })}
            data={SHOWN.map((value) => ({ value, label: t(`reward.show.${value}`) }))}
          />
        }
        empty={
          <Empty icon={IconGift} title={t(show === 'archived' ? 'reward.none_archived' : 'reward.none')}>
            <Text c="dimmed">{t(show === 'archived' ? 'reward.none_archived_detail' : 'reward.none_detail')}</Text>
          </Empty>
        }
      />
      <RewardDrawer
        {...drawer}
        onClose={() => setDrawer((before) => ({ ...before, opened: false }))}
        read={async () => (await list.refetch()).data?.items.find(({ reward }) => reward.id === drawer.item?.reward.id)}
      />
      <SupplyDialog item={supplying} onClose={() => setSupplying(undefined)} />
      <ConfirmByName
        opened={archiving !== undefined}
        onClose={() => setArchiving(undefined)}
        title={t('reward.archive_title', { name: archiving?.reward.name ?? '' })}
        name={archiving?.reward.name ?? ''}
        action={t('reward.archive')}
        loading={archive.isPending}
        onConfirm={() => archiving && archive.mutate({ path: { reward_id: archiving.reward.id } })}
      >
        <List size="sm" spacing={4}>
          <List.Item>{t('reward.archive_now')}</List.Item>
          <List.Item>{t('reward.archive_issued')}</List.Item>
          <List.Item>{t('reward.archive_for_good')}</List.Item>
        </List>
      </ConfirmByName>
    </>
  );
}

function NameCell({ item: { reward } }: { item: CatalogueReward }) {
  const { t } = useTranslation('admin_loyalty');
  return (
    <Stack gap={0}>
      <Text size="sm" fw={600}>
        {reward.name}
      </Text>
      <Text size="xs" c="dimmed">
        {t(`reward.kind.${reward.kind}`)}
      </Text>
    </Stack>
  );
}

function ValueCell({ item: { reward } }: { item: CatalogueReward }) {
  const { face_value, currency } = reward;
  if (face_value === undefined) return '–';
  return currency ? money(face_value, currency) : percent(face_value / 100);
}

function StockCell({ item: { reward, supplied } }: { item: CatalogueReward }) {
  const { t } = useTranslation('admin_loyalty');
  if (reward.stock_left === undefined) return t('reward.unlimited');
  if (supplied === undefined) return number(reward.stock_left);
  return t('reward.left_of', { left: number(reward.stock_left), all: number(supplied) });
}

function StatusCell({ item }: { item: CatalogueReward }) {
  const { t } = useTranslation('admin_loyalty');
  const status = statusOf(item);
  const dated = status === 'scheduled' || status === 'offered' || status === 'ended' ? status : undefined;
  const at = status === 'scheduled' ? item.reward.available_from : item.reward.available_until;
  return (
    <Group gap={6}>
      <StateBadge tone={TONES[status]}>{t(`reward.status.${status}`)}</StateBadge>
      {dated && at && (
        <Text size="xs" c="dimmed">
          {t(`reward.since_or_until.${dated}`, { date: date(at) })}
        </Text>
      )}
    </Group>
  );
}
