import { Badge, Button, Stack, Text } from '@mantine/core';
import { listMemberPurchases, listMemberStatement, listRedemptions, listReferrals, type PurchaseView } from '@regulars/client';
import {
  listMemberPurchasesOptions,
  listMemberStatementOptions,
  listMemberTierHistoryOptions,
  listRedemptionsOptions,
  listReferralsOptions,
} from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { Loading } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { PointsExplanation } from '~/components/loyalty/PointsExplanation';
import { PurchaseLines } from '~/components/loyalty/PurchaseLines';
import { RelativeTime } from '~/components/RelativeTime';
import { dateTime, money, number } from '~/format';
import { CsvButton } from '../CsvButton';
import { DataTable } from '../DataTable';
import { PointsChange } from './PointsChange';

/** What every tab with a table needs. */
export interface TabProps {
  handle: string;
  cursor?: string;
}

/** Every movement of a member's points. */
export function StatementTab({ handle, cursor }: TabProps) {
  const { t } = useTranslation(['admin_loyalty', 'admin_community']);
  const query = useQuery({ ...listMemberStatementOptions({ path: { handle }, query: { cursor } }), placeholderData: keepPreviousData });
  return (
    <DataTable
      label={t('admin_community:tab.statement')}
      query={query}
      actions={<CsvButton ask={(csv) => listMemberStatement({ ...csv, path: { handle } })} />}
      columns={[
        {
          accessor: 'effective_at',
          title: t('statement.at'),
          noWrap: true,
          render: ({ effective_at }) => <RelativeTime at={effective_at} />,
        },
        {
          accessor: 'kind',
          title: t('statement.kind'),
          render: ({ kind }) => <Badge variant="default">{t(`statement.kinds.${kind}`)}</Badge>,
        },
        { accessor: 'note', title: t('statement.what'), width: 180, render: ({ note }) => note || '–' },
        {
          accessor: 'available',
          title: t('admin_community:overview.available'),
          textAlign: 'right',
          render: (line) => <PointsChange value={line.available} />,
        },
        {
          accessor: 'pending',
          title: t('admin_community:overview.pending'),
          textAlign: 'right',
          render: (line) => <PointsChange value={line.pending} />,
        },
        {
          accessor: 'reserved',
          title: t('admin_community:overview.reserved'),
          textAlign: 'right',
          render: (line) => <PointsChange value={line.reserved} />,
        },
        { accessor: 'balance_after', title: t('statement.balance'), textAlign: 'right', render: (line) => number(line.balance_after) },
      ]}
    />
  );
}

/** What a member bought, and why it earned what it earned. */
export function PurchasesTab({ handle, cursor }: TabProps) {
  const { t } = useTranslation(['admin_loyalty', 'admin_community', 'admin_system', 'common']);
  const [shown, show] = useState<PurchaseView>();
  const query = useQuery({ ...listMemberPurchasesOptions({ path: { handle }, query: { cursor } }), placeholderData: keepPreviousData });
  return (
    <>
      <DataTable
        onOpen={show}
        actions={<CsvButton ask={(csv) => listMemberPurchases({ ...csv, path: { handle } })} />}
        label={t('admin_community:tab.purchases')}
        query={query}
        idField="purchase_id"
        columns={[
          {
            accessor: 'purchased_at',
            title: t('statement.at'),
            noWrap: true,
            render: ({ purchased_at }) => <RelativeTime at={purchased_at} />,
          },
          { accessor: 'order_id', title: t('purchase.order'), noWrap: true },
          {
            accessor: 'lines',
            title: t('purchase.lines'),
            width: 260,
            render: ({ lines }) => (
              <Text size="sm" lineClamp={2} title={lines.map(({ quantity, sku }) => `${quantity} × ${sku}`).join(', ')}>
                {lines.map(({ quantity, sku }) => `${number(quantity)} × ${sku}`).join(', ')}
              </Text>
            ),
          },
          {
            accessor: 'net_minor',
            title: t('purchase.net'),
            textAlign: 'right',
            noWrap: true,
            render: (it) => money(it.net_minor, it.currency),
          },
          {
            accessor: 'points',
            title: t('admin_community:members.points'),
            textAlign: 'right',
            render: ({ points }) => <PointsChange value={points} />,
          },
          {
            accessor: 'points_clawed',
            title: t('purchase.clawed'),
            textAlign: 'right',
            render: (it) => <PointsChange value={-it.points_clawed} />,
          },
          {
            accessor: 'trace',
            title: t('admin_system:audit.detail'),
            render: (purchase) => (
              <Button
                size="xs"
                variant="default"
                onClick={() => show(purchase)}
                aria-label={t('purchase.show', { order: purchase.order_id })}
              >
                {t('purchase.why')}
              </Button>
            ),
          },
        ]}
      />
      <Dialog
        opened={shown !== undefined}
        onClose={() => show(undefined)}
        size="lg"
        title={shown && t('purchase.title', { order: shown.order_id })}
      >
        {shown && (
          // Its words are another area's, which may have to be fetched first.
          <Suspense fallback={<Loading />}>
            <Stack gap="md">
              <PurchaseLines purchase={shown} />
              <PointsExplanation purchase={shown} />
            </Stack>
          </Suspense>
        )}
      </Dialog>
    </>
  );
}

/** What a member took for points. */
export function RedemptionsTab({ handle, cursor }: TabProps) {
  const { t } = useTranslation(['admin_loyalty', 'admin', 'admin_community']);
  const query = useQuery({ ...listRedemptionsOptions({ query: { member: handle, cursor } }), placeholderData: keepPreviousData });
  return (
    <DataTable
      label={t('admin_community:tab.redemptions')}
      query={query}
      actions={<CsvButton ask={(csv) => listRedemptions({ ...csv, query: { member: handle } })} />}
      columns={[
        { accessor: 'created_at', title: t('statement.at'), noWrap: true, render: ({ created_at }) => <RelativeTime at={created_at} /> },
        { accessor: 'reward', title: t('redemption.reward'), render: ({ reward }) => reward.name },
        { accessor: 'points', title: t('admin_community:members.points'), textAlign: 'right', render: ({ points }) => number(points) },
        {
          accessor: 'state',
          title: t('admin:filter.state'),
          render: ({ state }) => <Badge variant="default">{t(`redemption.state.${state}`)}</Badge>,
        },
        { accessor: 'code', title: t('redemption.code'), render: ({ code }) => code ?? '–' },
        { accessor: 'reason', title: t('redemption.reason'), width: 220, render: ({ reason }) => reason || '–' },
      ]}
    />
  );
}

/** When a member's tier changed, and why. */
export function TiersTab({ handle, cursor }: TabProps) {
  const { t } = useTranslation(['admin_loyalty', 'admin_community']);
  const query = useQuery({ ...listMemberTierHistoryOptions({ path: { handle }, query: { cursor } }), placeholderData: keepPreviousData });
  return (
    <DataTable
      label={t('admin_community:tab.tiers')}
      query={query}
      idField="changed_at"
      columns={[
        { accessor: 'changed_at', title: t('statement.at'), noWrap: true, render: ({ changed_at }) => <RelativeTime at={changed_at} /> },
        {
          accessor: 'from_rank',
          title: t('tier_change.from'),
          render: ({ from_name, from_rank }) => from_name ?? t('tier_change.gone', { rank: from_rank }),
        },
        {
          accessor: 'to_rank',
          title: t('tier_change.to'),
          render: ({ to_name, to_rank }) => to_name ?? t('tier_change.gone', { rank: to_rank }),
        },
        { accessor: 'reason', title: t('tier_change.why'), render: ({ reason }) => t(`tier_change.because.${reason}`) },
        {
          accessor: 'qualifying_points',
          title: t('admin_community:overview.qualifying'),
          textAlign: 'right',
          render: ({ qualifying_points }) => number(qualifying_points),
        },
      ]}
    />
  );
}

/** Whom a member referred. */
export function ReferralsTab({ handle, cursor }: TabProps) {
  const { t } = useTranslation(['admin_loyalty', 'admin', 'admin_community']);
  const query = useQuery({ ...listReferralsOptions({ query: { advocate: handle, cursor } }), placeholderData: keepPreviousData });
  return (
    <DataTable
      label={t('admin_community:tab.referrals')}
      query={query}
      actions={<CsvButton ask={(csv) => listReferrals({ ...csv, query: { advocate: handle } })} />}
      columns={[
        { accessor: 'created_at', title: t('statement.at'), noWrap: true, render: ({ created_at }) => <RelativeTime at={created_at} /> },
        {
          accessor: 'referee',
          title: t('referral.referee'),
          render: ({ referee }) => (
            <LinkText to="/admin/members/$handle" params={{ handle: referee }} size="sm">
              {referee}
            </LinkText>
          ),
        },
        {
          accessor: 'state',
          title: t('admin:filter.state'),
          render: ({ state }) => <Badge variant="default">{t(`referral.state.${state}`)}</Badge>,
        },
        { accessor: 'reason', title: t('tier_change.why'), render: ({ reason }) => (reason ? t(`referral.reason.${reason}`) : '–') },
        {
          accessor: 'resolved_at',
          title: t('referral.decided'),
          render: ({ resolved_at, matures_at }) =>
            resolved_at ? dateTime(resolved_at) : matures_at ? t('referral.matures_at', { at: dateTime(matures_at) }) : '–',
        },
      ]}
    />
  );
}
