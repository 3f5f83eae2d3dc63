import { Badge, NativeSelect, Stack, Text } from '@mantine/core';
import { type AuthorView, listAllMembers, type MemberForAdmin, type MemberSort, type Role } from '@regulars/client';
import { listAllMembersOptions, listMembersOptions, listTiersOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { CsvButton } from '~/components/admin/CsvButton';
import { type Column, DataTable } from '~/components/admin/DataTable';
import { LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { RelativeTime } from '~/components/RelativeTime';
import { SearchField } from '~/components/SearchField';
import { number } from '~/format';
import { loadNamespaces } from '~/i18n';
import { oneOf, text } from '~/searchParams';
import { isAdministrator } from '~/session';

const ROLES: readonly Role[] = ['member', 'moderator', 'administrator'];
const SORTS: readonly MemberSort[] = ['newest', 'handle', 'points', 'reputation', 'last_seen'];

interface Search {
  q?: string;
  role?: Role;
  tier?: number;
  sort?: MemberSort;
  cursor?: string;
}

export const Route = createFileRoute('/admin/members/')({
  validateSearch: (search): Search => ({
    q: text(search.q),
    role: oneOf(ROLES, search.role),
    tier: search.tier === undefined || Number.isNaN(Number(search.tier)) ? undefined : Number(search.tier),
    sort: oneOf(SORTS, search.sort),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries, me }, deps, cause }) =>
    awaitOnEnter(
      cause,
      Promise.all([
        loadNamespaces('admin_community'),
        isAdministrator(me)
          ? queries.ensureQueryData(listAllMembersOptions({ query: deps }))
          : queries.ensureQueryData(listMembersOptions({ query: { q: deps.q, cursor: deps.cursor } })),
      ]),
    ),
  component: MembersPage,
});

function MembersPage() {
  const { t } = useTranslation(['admin', 'admin_community']);
  const { me } = Route.useRouteContext();
  return (
    <>
      <PageHeader title={t('nav.members')} description={t('admin_community:members.description')} />
      {isAdministrator(me) ? <AllMembers /> : <PublicMembers />}
    </>
  );
}

function useFilter() {
  const navigate = Route.useNavigate();
  return (change: Partial<Search>) => navigate({ search: (now) => ({ ...now, cursor: undefined, ...change }), replace: true });
}

function AllMembers() {
  const { t } = useTranslation(['admin_community', 'admin', 'common']);
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const filter = useFilter();
  const query = useQuery({ ...listAllMembersOptions({ query: search }), placeholderData: keepPreviousData });
  const { data: tiers } = useQuery(listTiersOptions());
  const tierOf = (rank: number) => tiers?.items.find((tier) => tier.rank === rank)?.name ?? String(rank);
  const columns: Column<MemberForAdmin>[] = [
    {
      accessor: 'handle',
      title: t('members.member'),
      sort: 'handle',
      ascending: true,
      width: 240,
      render: (member) => <MemberName member={member} email={member.email ?? t('members.no_account')} />,
    },
    { accessor: 'tier_rank', title: t('members.tier'), render: ({ tier_rank }) => tierOf(tier_rank) },
    { accessor: 'points', title: t('members.points'), sort: 'points', textAlign: 'right', render: ({ points }) => number(points) },
    {
      accessor: 'reputation',
      title: t('common:reputation'),
      sort: 'reputation',
      textAlign: 'right',
      render: ({ reputation }) => number(reputation),
    },
    { accessor: 'trust', title: t('members.trust'), textAlign: 'right' },
    {
      accessor: 'last_seen_at',
      title: t('members.last_seen'),
      sort: 'last_seen',
      noWrap: true,
      render: ({ last_seen_at }) => (last_seen_at ? <RelativeTime at={last_seen_at} /> : '–'),
    },
    { accessor: 'since', title: t('members.since'), sort: 'newest', noWrap: true, render: ({ since }) => <RelativeTime at={since} /> },
  ];
  return (
    <DataTable
      label={t('admin:nav.members')}
      query={query}
      columns={columns}
      nameOf={({ handle }) => handle}
      sort={{ by: search.sort ?? 'newest', onChange: (by) => filter({ sort: oneOf(SORTS, by) }) }}
      onOpen={({ handle }) => navigate({ to: '/admin/members/$handle', params: { handle } })}
      actions={<CsvButton ask={(csv) => listAllMembers({ ...csv, query: { ...search, cursor: undefined } })} />}
      filters={
        <>
          <SearchField
            label={t('admin:filter.search')}
            placeholder={t('members.search')}
            value={search.q}
            onChange={(q) => filter({ q })}
          />
          <NativeSelect
            label={t('members.role')}
            value={search.role ?? ''}
            onChange={(event) => filter({ role: oneOf(ROLES, event.currentTarget.value) })}
            data={[{ value: '', label: t('admin:filter.all') }, ...ROLES.map((role) => ({ value: role, label: t(`common:role.${role}`) }))]}
          />
          <NativeSelect
            label={t('members.tier')}
            value={search.tier ?? ''}
            onChange={({ currentTarget: { value } }) => filter({ tier: value === '' ? undefined : Number(value) })}
            data={[
              { value: '', label: t('admin:filter.all') },
              ...(tiers?.items ?? []).map(({ rank, name }) => ({ value: String(rank), label: name })),
            ]}
          />
        </>
      }
    />
  );
}

/** What moderators may see of everybody. */
function PublicMembers() {
  const { t } = useTranslation(['admin', 'admin_community', 'common']);
  const { q, cursor } = Route.useSearch();
  const navigate = Route.useNavigate();
  const filter = useFilter();
  const query = useQuery({ ...listMembersOptions({ query: { q, cursor } }), placeholderData: keepPreviousData });
  return (
    <DataTable<AuthorView>
      label={t('nav.members')}
      query={query}
      columns={[
        { accessor: 'handle', title: t('admin_community:members.member'), render: (member) => <MemberName member={member} /> },
        {
          accessor: 'reputation',
          title: t('common:reputation'),
          textAlign: 'right',
          render: ({ reputation }) => number(reputation),
        },
      ]}
      onOpen={({ handle }) => navigate({ to: '/admin/members/$handle', params: { handle } })}
      filters={
        <SearchField
          label={t('filter.search')}
          placeholder={t('admin_community:members.search_handle')}
          value={q}
          onChange={(typed) => filter({ q: typed })}
        />
      }
    />
  );
}

type Named = Pick<MemberForAdmin, 'handle' | 'display_name' | 'role' | 'merged_into'>;

function MemberName({ member: { handle, display_name, role, merged_into }, email }: { member: Named; email?: string }) {
  const { t } = useTranslation('common');
  return (
    <Stack gap={0}>
      <span>
        <LinkText to="/admin/members/$handle" params={{ handle }} fw={600} size="sm">
          {display_name}
        </LinkText>
        {role !== 'member' && (
          <Badge size="xs" variant="filled" ml={6}>
            {t(`role.${role}`)}
          </Badge>
        )}
      </span>
      <Text size="xs" c="dimmed">
        {handle}
        {email && ` · ${email}`}
      </Text>
      {merged_into && (
        <Badge size="xs" variant="default" mt={2}>
          {t('merged.part_of', { handle: merged_into })}
        </Badge>
      )}
    </Stack>
  );
}
