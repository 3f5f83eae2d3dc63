import { Box, Button, Group, TextInput, VisuallyHidden } from '@mantine/core';
import type { FoundPost } from '@regulars/client';
import { searchInfiniteOptions } from '@regulars/client/react-query';
import { IconSearch, IconZoomQuestion } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchHelp } from '~/components/forum/SearchHelp';
import { SearchResult } from '~/components/forum/SearchResult';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { LinkButton } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { number } from '~/format';
import { loadNamespaces } from '~/i18n';
import { problemOf } from '~/problems';

const CHARS_MAX = 300;

export const Route = createFileRoute('/search')({
  validateSearch: (search): { q?: string } => ({ q: search.q ? String(search.q).slice(0, CHARS_MAX) : undefined }),
  loader: () => loadNamespaces('forum'),
  component: Search,
});

function useFound(q = '') {
  return useInfiniteQuery({ ...searchInfiniteOptions({ query: { q } }), ...byCursor, enabled: q !== '', refetchOnWindowFocus: false });
}

function Search() {
  const { t } = useTranslation(['forum', 'common']);
  const { q } = Route.useSearch();
  const navigate = useNavigate({ from: '/search' });
  const query = useFound(q);
  const input = useRef<HTMLInputElement>(null);
  const [typed, type] = useState(q ?? '');
  useEffect(() => type(q ?? ''), [q]);
  useEffect(() => {
    if (!q) input.current?.focus();
  }, [q]);
  const add = (operator: string) => {
    type((known) => `${known.trim()} ${operator}`.trimStart());
    input.current?.focus();
  };
  // A filter that is not understood is named at the field.
  const refusal = problemOf(query.error)?.errors?.[0]?.detail;
  return (
    <Box maw={820} mx="auto">
      <PageHeader title={q ? t('search.title_of', { q }) : t('search.title')} />
      <Box
        component="form"
        role="search"
        aria-label={t('search.here')}
        mb="md"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim()) navigate({ search: { q: typed.trim() } });
        }}
      >
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <TextInput
            ref={input}
            type="search"
            size="md"
            flex={1}
            maxLength={CHARS_MAX}
            aria-label={t('search.words')}
            placeholder={t('search.words')}
            leftSection={<IconSearch size={18} aria-hidden />}
            value={typed}
            error={refusal}
            errorProps={{ role: 'alert' }}
            onChange={(event) => type(event.currentTarget.value)}
          />
          <Button type="submit" size="md" visibleFrom="xs">
            {t('common:nav.search')}
          </Button>
          <SearchHelp onPick={add} />
        </Group>
      </Box>
      {!q && <Empty icon={IconSearch} title={t('search.start')} />}
      {q && !refusal && <Found query={query} />}
    </Box>
  );
}

const row = (post: FoundPost) => <SearchResult key={post.id} post={post} />;

function Found({ query }: { query: ReturnType<typeof useFound> }) {
  const { t } = useTranslation('forum');
  const shown = query.data?.pages.reduce((sum, { items }) => sum + items.length, 0);
  return (
    <section aria-label={t('search.results')} aria-busy={query.isPending}>
      <VisuallyHidden role="status">{shown !== undefined && t('search.found', { count: shown, formatted: number(shown) })}</VisuallyHidden>
      <InfiniteList
        query={query}
        as="rows"
        empty={
          <Empty icon={IconZoomQuestion} title={t('search.nothing')}>
            <LinkButton to="/ask">{t('search.ask')}</LinkButton>
          </Empty>
        }
      >
        {row}
      </InfiniteList>
    </section>
  );
}
