import { Group } from '@mantine/core';
import type { TagView } from '@regulars/client';
import { listTagsInfiniteOptions } from '@regulars/client/react-query';
import { IconTags } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { TabLink, TabLinks, tabProps } from '~/components/forum/TabLinks';
import { TagCard } from '~/components/forum/TagCard';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { PageHeader } from '~/components/PageHeader';
import { SearchField } from '~/components/SearchField';
import { loadNamespaces } from '~/i18n';

interface Search {
  q?: string;
  sort?: 'name';
}

const tagsOf = ({ q, sort }: Search) =>
  listTagsInfiniteOptions(q || sort ? { query: { ...(q && { q }), ...(sort && { sort }) } } : undefined);

export const Route = createFileRoute('/tags/')({
  validateSearch: (search): Search => ({
    q: search.q ? String(search.q) : undefined,
    sort: search.sort === 'name' ? 'name' : undefined,
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps }) =>
    Promise.all([loadNamespaces('forum'), queries.ensureInfiniteQueryData({ ...tagsOf(deps), ...byCursor })]),
  component: Tags,
});

const card = (tag: TagView) => <TagCard key={tag.name} tag={tag} />;

function Tags() {
  const { t } = useTranslation('forum');
  const search = Route.useSearch();
  const navigate = useNavigate({ from: '/tags/' });
  const query = useInfiniteQuery({ ...tagsOf(search), ...byCursor, refetchOnWindowFocus: false });
  return (
    <>
      <PageHeader title={t('tags.title')} description={t('tags.about')} />
      <Group justify="space-between" align="flex-start" gap="xs" mb="sm">
        <TabLinks label={t('sort.label')}>
          <TabLink to="/tags" search={{ q: search.q }} {...tabProps}>
            {t('tags.popular')}
          </TabLink>
          <TabLink to="/tags" search={{ q: search.q, sort: 'name' }} {...tabProps}>
            {t('tags.by_name')}
          </TabLink>
        </TabLinks>
        <SearchField
          aria-label={t('tags.find')}
          placeholder={t('tags.find')}
          value={search.q}
          onChange={(q) => navigate({ search: (known) => ({ ...known, q }), replace: true, resetScroll: false })}
        />
      </Group>
      <InfiniteList query={query} as="grid" empty={<Empty icon={IconTags} title={t(search.q ? 'tags.none_found' : 'tags.none')} />}>
        {card}
      </InfiniteList>
    </>
  );
}
