import { Badge, Group, Text } from '@mantine/core';
import { listGroups } from '@regulars/client';
import { listGroupsOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { text } from '~/address';
import { onArrival } from '~/components/admin/arrival';
import { CsvButton } from '~/components/admin/CsvButton';
import { DataTable } from '~/components/admin/DataTable';
import { LinkText } from '~/components/links';
import { PageHead } from '~/components/PageHead';
import { SearchField } from '~/components/SearchField';
import { date, number } from '~/format';

interface Search {
  q?: string;
  cursor?: string;
}

export const Route = createFileRoute('/admin/groups')({
  validateSearch: (search): Search => ({ q: text(search.q), cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps, cause }) => onArrival(cause, queries.ensureQueryData(listGroupsOptions({ query: deps }))),
  component: GroupsPage,
});

function GroupsPage() {
  const { t } = useTranslation('admin');
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = useQuery({ ...listGroupsOptions({ query: search }), placeholderData: keepPreviousData });
  return (
    <>
      <PageHead title={t('nav.groups')} description={t('groups.intro')} />
      <DataTable
        label={t('nav.groups')}
        query={query}
        actions={<CsvButton ask={(csv) => listGroups({ ...csv, query: { q: search.q } })} />}
        filters={
          <SearchField
            label={t('filter.search')}
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
          { accessor: 'member_count', title: t('nav.members'), textAlign: 'right', render: (group) => number(group.member_count) },
          { accessor: 'since', title: t('groups.since'), noWrap: true, render: ({ since }) => date(since) },
          {
            accessor: 'slug',
            title: t('nav.review'),
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
