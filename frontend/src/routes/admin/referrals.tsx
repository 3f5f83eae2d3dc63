import { NativeSelect, Text } from '@mantine/core';
import { listReferrals, type ReferralState, type ReferralView } from '@regulars/client';
import { listReferralsOptions } from '@regulars/client/react-query';
import { IconUserPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { CsvButton } from '~/components/admin/CsvButton';
import { type Column, DataTable } from '~/components/admin/DataTable';
import { StateBadge } from '~/components/admin/StateBadge';
import { Empty } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { RelativeTime } from '~/components/RelativeTime';
import { loadNamespaces } from '~/i18n';
import { oneOf, text } from '~/searchParams';

const STATES: ReferralState[] = ['pending', 'qualified', 'rewarded', 'rejected', 'reversed'];
const TONES = { pending: 'waiting', qualified: 'ahead', rewarded: 'good', rejected: 'bad', reversed: 'over' } as const;

export const Route = createFileRoute('/admin/referrals')({
  beforeLoad: administratorsOnly,
  validateSearch: (search): { state?: ReferralState; cursor?: string } => ({
    state: oneOf(STATES, search.state),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(cause, Promise.all([loadNamespaces('admin_loyalty'), queries.ensureQueryData(listReferralsOptions({ query: deps }))])),
  component: Referrals,
});

function Referrals() {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const list = useQuery({ ...listReferralsOptions({ query: search }), placeholderData: keepPreviousData });
  const columns: Column<ReferralView>[] = [
    { accessor: 'advocate', title: t('referral.advocate'), render: ({ advocate }) => <Handle handle={advocate} /> },
    { accessor: 'referee', title: t('referral.referee'), render: ({ referee }) => <Handle handle={referee} /> },
    {
      accessor: 'state',
      title: t('admin:state'),
      width: 240,
      render: ({ state, reason, matures_at }) => (
        <>
          <StateBadge tone={TONES[state]}>{t(`referral.state.${state}`)}</StateBadge>
          {reason && (
            <Text size="xs" mt={2}>
              {t(`referral.reason.${reason}`)}
            </Text>
          )}
          {state === 'qualified' && matures_at && (
            <Text size="xs" mt={2}>
              {t('referral.matures')} <RelativeTime at={matures_at} />
            </Text>
          )}
        </>
      ),
    },
    { accessor: 'created_at', title: t('referral.came'), noWrap: true, render: ({ created_at }) => <RelativeTime at={created_at} /> },
    {
      accessor: 'resolved_at',
      title: t('referral.decided'),
      noWrap: true,
      render: ({ resolved_at }) => (resolved_at ? <RelativeTime at={resolved_at} /> : '–'),
    },
  ];
  return (
    <>
      <PageHeader title={t('referral.title')} description={t('referral.intro')} />
      <DataTable<ReferralView>
        label={t('referral.title')}
        query={list}
        columns={columns}
        actions={<CsvButton ask={(csv) => listReferrals({ ...csv, query: { state: search.state } })} />}
        nameOf={({ advocate, referee }) => `${advocate}, ${referee}`}
        filters={
          <NativeSelect
            label={t('admin:state')}
            value={search.state ?? ''}
            onChange={({ currentTarget }) =>
              navigate({ search: { state: STATES.find((state) => state === currentTarget.value) }, replace: true })
            }
            data={[
              { value: '', label: t('redemption.all_states') },
              ...STATES.map((value) => ({ value, label: t(`referral.state.${value}`) })),
            ]}
          />
        }
        empty={
          <Empty icon={IconUserPlus} title={t('referral.none')}>
            <Text c="dimmed">{t('referral.none_detail')}</Text>
          </Empty>
        }
      />
    </>
  );
}

function Handle({ handle }: { handle: string }) {
  return (
    <LinkText to="/members/$handle" params={{ handle }} size="sm">
      {handle}
    </LinkText>
  );
}
