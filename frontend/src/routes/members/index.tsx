import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { AuthorView } from '@regulars/client';
import { listMembersInfiniteOptions } from '@regulars/client/react-query';
import { IconSearch, IconUserSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { AuthorChip } from '~/components/Author';
import { PageHead } from '~/components/PageHead';
import { byCursor, Pages } from '~/components/Pages';
import { Empty } from '~/components/states';
import { words } from '~/i18n';

const listOf = (q?: string) => ({ ...listMembersInfiniteOptions({ query: q ? { q } : {} }), ...byCursor });

export const Route = createFileRoute('/members/')({
  validateSearch: (search): { q?: string } => ({ q: search.q ? String(search.q) : undefined }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps }) => Promise.all([words('groups'), queries.ensureInfiniteQueryData(listOf(deps.q))]),
  component: Members,
});

const chip = (member: AuthorView) => <AuthorChip key={member.id} author={member} size={36} />;

function Members() {
  const { t } = useTranslation('groups');
  const { q } = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = useInfiniteQuery(listOf(q));
  const look = useDebouncedCallback((wanted: string) => navigate({ search: { q: wanted || undefined }, replace: true }), 300);
  return (
    <>
      <PageHead title={t('people.title')} description={t('people.description')} />
      <TextInput
        type="search"
        mb="md"
        maw={400}
        aria-label={t('people.search')}
        placeholder={t('people.search')}
        leftSection={<IconSearch size={16} />}
        defaultValue={q}
        onChange={(event) => look(event.currentTarget.value.trim())}
      />
      <Pages query={query} empty={<Empty icon={IconUserSearch} title={t('people.none')} />} as="grid">
        {chip}
      </Pages>
    </>
  );
}
