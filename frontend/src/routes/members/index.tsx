import type { AuthorView } from '@regulars/client';
import { listMembersInfiniteOptions } from '@regulars/client/react-query';
import { IconUserSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { AuthorChip } from '~/components/AuthorChip';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { PageHeader } from '~/components/PageHeader';
import { SearchField } from '~/components/SearchField';
import { loadNamespaces } from '~/i18n';

const listOf = (q?: string) => ({ ...listMembersInfiniteOptions({ query: q ? { q } : {} }), ...byCursor });

export const Route = createFileRoute('/members/')({
  validateSearch: (search): { q?: string } => ({ q: search.q ? String(search.q) : undefined }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps }) => Promise.all([loadNamespaces('groups'), queries.ensureInfiniteQueryData(listOf(deps.q))]),
  component: Members,
});

const chip = (member: AuthorView) => <AuthorChip key={member.id} author={member} size={36} />;

function Members() {
  const { t } = useTranslation('groups');
  const { q } = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = useInfiniteQuery(listOf(q));
  return (
    <>
      <PageHeader title={t('people.title')} description={t('people.description')} />
      <SearchField
        mb="md"
        aria-label={t('people.search')}
        placeholder={t('people.search')}
        value={q}
        onChange={(wanted) => navigate({ search: { q: wanted }, replace: true })}
      />
      <InfiniteList query={query} empty={<Empty icon={IconUserSearch} title={t('people.none')} />} as="grid">
        {chip}
      </InfiniteList>
    </>
  );
}
