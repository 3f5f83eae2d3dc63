import { Badge, Group, Text } from '@mantine/core';
import { listGroups } from '@regulars/client';
import { listGroupsOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { CsvButton } from '~/components/admin/CsvButton';
import { DataTable } from '~/components/admin/DataTable';
import { LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { SearchField } from '~/components/SearchField';
import { date, number } from '~/format';
import { loadNamespaces } from '~/i18n';
import { text } from '~/searchParams';

interface Search {
  q?: string;
  cursor?: string;
}

export const Route = createFileRoute('/admin/groups')({
  validateSearch: (search): Search => ({ q: text(search.q), cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(cause, Promise.all([loadNamespaces('admin_community'), queries.ensureQueryData(listGroupsOptions({ query: deps }))])),
  component: GroupsPage,
});

function GroupsPage() {
  const { t } = useTranslation(['admin_community', 'admin']);
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = useQuery({ ...listGroupsOptions({ query: search }), placeholderData: keepPreviousData });
  return (
    <>
      <PageHeader title={t('admin:nav.groups')} description={t('groups.intro')} />
      <DataTable
        label={t('admin:nav.groups')}
        query={query}
        actions={<CsvButton ask={(csv) => listGroups({ ...csv, query: { q: search.q } })} />}
        filters={
          <SearchField
            label={t('admin:filter.search')}
            placeholder={t('groups.search')}
            value={search.q}
            onChange={(q) => navigate({ search: { q }, replace: true })}
          />
        }
        columns={[
          {
            accessor: 'name',
            title: t('groups.group'),
            width: 340,
            render: ({ slug, name, description, private: hidden }) => (
              <>
                <Group gap={6}>
                  <LinkText to="/groups/$slug" params={{ slug }} size="sm" fw={600}>
                    {name}
                  </LinkText>
                  {hidden && <Badge variant="outline">{t('groups.private')}</Badge>}
                </Group>
                <Text size="xs" c="dimmed" lineClamp={1}>
                  {description}
                </Text>
              </>
            ),
          },
          { accessor: 'kind', title: t('groups.kind'), render: ({ kind }) => t(`groups.kinds.${kind}`) },
          { accessor: 'member_count', title: t('admin:nav.members'), textAlign: 'right', render: (group) => number(group.member_count) },
          { accessor: 'since', title: t('groups.since'), noWrap: true, render: ({ since }) => date(since) },
          {
            accessor: 'slug',
            title: t('admin:nav.review'),
            noWrap: true,
            render: ({ slug, name }) => (
              <LinkText to="/admin/review" search={{ group: slug }} size="sm" aria-label={t('groups.review_of', { name })}>
                {t('groups.review')}
              </LinkText>
            ),
          },
        ]}
      />
    </>
  );
}
