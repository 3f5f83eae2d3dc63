import { NativeSelect, Select, Text } from '@mantine/core';
import { listRedemptions, type RedemptionState, type RedemptionView } from '@regulars/client';
import { listAllRewardsOptions, listRedemptionsOptions } from '@regulars/client/react-query';
import { IconReceipt } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { CsvButton } from '~/components/admin/CsvButton';
import { type Column, DataTable } from '~/components/admin/DataTable';
import { BulkFulfil } from '~/components/admin/redemptions/BulkFulfil';
import { RedemptionDrawer } from '~/components/admin/redemptions/RedemptionDrawer';
import { isOpen, REDEMPTION_STATES, REDEMPTION_TONES } from '~/components/admin/redemptions/states';
import { StateBadge } from '~/components/admin/StateBadge';
import { Empty } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { RelativeTime } from '~/components/RelativeTime';
import { number } from '~/format';
import { loadNamespaces } from '~/i18n';
import { text } from '~/searchParams';

interface Search {
  state?: RedemptionState;
  reward?: string;
  cursor?: string;
  /** The redemption that is open. */
  open?: string;
}

export const Route = createFileRoute('/admin/redemptions')({
  beforeLoad: administratorsOnly,
  validateSearch: (search: Record<string, unknown>): Search => ({
    state: REDEMPTION_STATES.find((state) => state === search.state),
    reward: text(search.reward),
    cursor: text(search.cursor),
    open: text(search.open),
  }),
  loaderDeps: ({ search: { state, reward, cursor } }) => ({ state, reward, cursor }),
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(cause, Promise.all([loadNamespaces('admin_loyalty'), queries.ensureQueryData(listRedemptionsOptions({ query: deps }))])),
  component: Redemptions,
});

function Redemptions() {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const { state, reward, cursor, open } = Route.useSearch();
  const navigate = Route.useNavigate();
  const [selected, setSelected] = useState<RedemptionView[]>([]);
  const list = useQuery({ ...listRedemptionsOptions({ query: { state, reward, cursor } }), placeholderData: keepPreviousData });
  const filter = (change: Search) => {
    setSelected([]);
    navigate({ search: (now) => ({ ...now, cursor: undefined, ...change }), replace: true });
  };

  const columns: Column<RedemptionView>[] = [
    {
      accessor: 'reward.name',
      title: t('redemption.reward'),
      width: 240,
      render: ({ id, reward }) => (
        <LinkText from={Route.fullPath} search={(now) => ({ ...now, open: id })} size="sm" fw={600}>
          {reward.name}
        </LinkText>
      ),
    },
    { accessor: 'handle', title: t('admin:member') },
    { accessor: 'points', title: t('reward.points'), textAlign: 'right', render: ({ points }) => number(points) },
    {
      accessor: 'state',
      title: t('admin:state'),
      render: ({ state }) => <StateBadge tone={REDEMPTION_TONES[state]}>{t(`redemption.state.${state}`)}</StateBadge>,
    },
    {
      accessor: 'ship_to',
      title: t('redemption.ship_to'),
      width: 180,
      render: ({ ship_to }) => (
        <Text size="sm" lineClamp={2}>
          {ship_to ?? '–'}
        </Text>
      ),
    },
    { accessor: 'created_at', title: t('redemption.redeemed'), noWrap: true, render: ({ created_at }) => <RelativeTime at={created_at} /> },
  ];

  return (
    <>
      <PageHeader title={t('redemption.title')} description={t('redemption.intro')} />
      <DataTable<RedemptionView>
        label={t('redemption.title')}
        query={list}
        columns={columns}
        actions={<CsvButton ask={(csv) => listRedemptions({ ...csv, query: { state, reward } })} />}
        nameOf={({ handle, reward }) => `${handle}, ${reward.name}`}
        onOpen={({ id }) => navigate({ search: (now) => ({ ...now, open: id }) })}
        filters={
          <>
            <NativeSelect
              label={t('admin:state')}
              value={state ?? ''}
              onChange={(event) => filter({ state: REDEMPTION_STATES.find((one) => one === event.currentTarget.value) })}
              data={[
                { value: '', label: t('redemption.all_states') },
                ...REDEMPTION_STATES.map((value) => ({ value, label: t(`redemption.state.${value}`) })),
              ]}
            />
            <RewardFilter reward={reward} onChange={(next) => filter({ reward: next })} />
          </>
        }
        selection={{
          selected,
          onChange: (rows) => setSelected(rows.filter((row) => isOpen(row.state))),
          bar: <BulkFulfil selected={selected} onDone={setSelected} />,
        }}
        empty={
          <Empty icon={IconReceipt} title={t('redemption.none')}>
            <Text c="dimmed">{t(state || reward ? 'redemption.none_filtered' : 'redemption.none_detail')}</Text>
          </Empty>
        }
      />
      <RedemptionDrawer id={open} onClose={() => navigate({ search: (now) => ({ ...now, open: undefined }), replace: true })} />
    </>
  );
}

function RewardFilter({ reward, onChange }: { reward?: string; onChange: (reward?: string) => void }) {
  const { t } = useTranslation('admin_loyalty');
  const { data } = useQuery(listAllRewardsOptions({ query: { limit: 100 } }));
  return (
    <Select
      label={t('redemption.reward')}
      placeholder={t('redemption.all_rewards')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('redemption.all_rewards') }}
      value={reward ?? null}
      onChange={(value) => onChange(value ?? undefined)}
      data={data?.items.map((item) => ({ value: item.reward.id, label: item.reward.name })) ?? []}
    />
  );
}
