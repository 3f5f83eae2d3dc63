import { Button, NativeSelect, Text } from '@mantine/core';
import { listTags, type TagOrder, type TagView } from '@regulars/client';
import { listTagsOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { CsvButton } from '~/components/admin/CsvButton';
import { type Column, DataTable } from '~/components/admin/DataTable';
import { EditTagDialog } from '~/components/admin/tags/EditTagDialog';
import { Empty } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { SearchField } from '~/components/SearchField';
import { listed, number } from '~/format';
import { loadNamespaces } from '~/i18n';
import { oneOf, text } from '~/searchParams';

const SORTS: readonly TagOrder[] = ['popular', 'name'];

interface Search {
  q?: string;
  sort?: TagOrder;
  cursor?: string;
  /** The tag that is being edited. */
  edit?: string;
}

const query = ({ q, sort, cursor }: Search) => listTagsOptions({ query: { q, sort, cursor } });

export const Route = createFileRoute('/admin/tags')({
  validateSearch: (search): Search => ({
    q: text(search.q),
    sort: oneOf(SORTS, search.sort),
    cursor: text(search.cursor),
    edit: text(search.edit),
  }),
  loaderDeps: ({ search: { q, sort, cursor } }) => ({ q, sort, cursor }),
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(cause, Promise.all([loadNamespaces('admin_community'), queries.ensureQueryData(query(deps))])),
  component: TagsPage,
});

function TagsPage() {
  const { t } = useTranslation(['admin_community', 'admin', 'common']);
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const filter = (change: Partial<Search>) => navigate({ search: (now) => ({ ...now, cursor: undefined, ...change }), replace: true });
  const edit = (name?: string) => navigate({ search: (now) => ({ ...now, edit: name }), replace: true, resetScroll: false });
  const tags = useQuery({ ...query(search), placeholderData: keepPreviousData });
  const columns: Column<TagView>[] = [
    {
      accessor: 'name',
      title: t('tags.tag'),
      render: ({ name }) => (
        <LinkText to="/tags/$name" params={{ name }} size="sm" fw={600}>
          {name}
        </LinkText>
      ),
    },
    {
      accessor: 'description',
      title: t('tags.description'),
      width: 300,
      render: ({ description }) => (
        <Text size="sm" lineClamp={2} c={description ? undefined : 'dimmed'}>
          {description || t('tags.undescribed')}
        </Text>
      ),
    },
    { accessor: 'synonyms', title: t('tags.synonyms'), width: 140, render: ({ synonyms }) => (synonyms.length ? listed(synonyms) : '–') },
    { accessor: 'question_count', title: t('overview.questions'), textAlign: 'right', render: (tag) => number(tag.question_count) },
    {
      accessor: 'edit',
      title: t('admin:actions'),
      render: ({ name }) => (
        <Button size="xs" variant="default" onClick={() => edit(name)} aria-label={t('tags.edit', { name })}>
          {t('common:edit')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHeader title={t('admin:nav.tags')} description={t('tags.intro')} />
      <DataTable
        label={t('admin:nav.tags')}
        query={tags}
        idField="name"
        columns={columns}
        actions={<CsvButton ask={(csv) => listTags({ ...csv, query: { q: search.q, sort: search.sort } })} />}
        onOpen={({ name }) => edit(name)}
        filters={
          <>
            <SearchField label={t('admin:filter.search')} placeholder={t('tags.search')} value={search.q} onChange={(q) => filter({ q })} />
            <NativeSelect
              label={t('admin:filter.sort')}
              value={search.sort ?? 'popular'}
              onChange={({ currentTarget: { value } }) => filter({ sort: oneOf(SORTS, value) })}
              data={SORTS.map((value) => ({ value, label: t(`tags.sort.${value}`) }))}
            />
          </>
        }
        empty={
          <Empty title={t('admin:table.nothing')}>
            {/* Lists leave out tags that only stand for others. */}
            <Text c="dimmed">{t('tags.nothing')}</Text>
            {search.q && (
              <Button variant="default" onClick={() => edit(search.q)}>
                {t('tags.look_up', { name: search.q })}
              </Button>
            )}
          </Empty>
        }
      />
      {search.edit && <EditTagDialog name={search.edit} onClose={() => edit()} />}
    </>
  );
}
