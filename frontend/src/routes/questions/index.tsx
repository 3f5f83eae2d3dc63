import { CloseButton, Group, Text } from '@mantine/core';
import { IconMessageQuestion, IconPlus } from '@tabler/icons-react';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { QuestionList } from '~/components/forum/QuestionList';
import { loadQuestions } from '~/components/forum/questionLists';
import { CommunitySidebar, SidebarLayout } from '~/components/forum/Sidebar';
import { loadSidebar } from '~/components/forum/sidebarQueries';
import { TabLink, TabLinks, tabProps } from '~/components/forum/TabLinks';
import { TagFilter } from '~/components/forum/TagFilter';
import { Empty } from '~/components/LoadState';
import { LinkButton } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { text } from '~/searchParams';

const SORTS = ['hot', 'active', 'new', 'top', 'unanswered'] as const;
type Sort = (typeof SORTS)[number];

interface Search {
  sort?: Exclude<Sort, 'hot'>;
  tag?: string;
  group?: string;
}

export const Route = createFileRoute('/questions/')({
  validateSearch: (search): Search => {
    const sort = SORTS.find((name) => name === search.sort);
    return { sort: sort === 'hot' ? undefined : sort, tag: text(search.tag), group: text(search.group) };
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queries }, deps }) => {
    await Promise.all([loadQuestions(queries, { ...deps, sort: deps.sort ?? 'hot' }), loadSidebar(queries)]);
  },
  component: Questions,
});

function Questions() {
  const { t } = useTranslation('forum');
  const { sort, tag, group } = Route.useSearch();
  const navigate = useNavigate({ from: '/questions/' });
  return (
    <>
      <PageHeader title={t('questions.title')} description={t('questions.about')}>
        <LinkButton to="/ask" search={group ? { group } : {}} leftSection={<IconPlus size={16} />}>
          {t('list.ask')}
        </LinkButton>
      </PageHeader>
      <SidebarLayout sidebar={<CommunitySidebar />}>
        <Group justify="space-between" align="flex-start" gap="xs">
          <TabLinks label={t('sort.label')}>
            {SORTS.map((value) => (
              <TabLink key={value} to="/questions" search={{ tag, group, sort: value === 'hot' ? undefined : value }} {...tabProps}>
                {t(`sort.${value}`)}
              </TabLink>
            ))}
          </TabLinks>
          <TagFilter tag={tag} onChange={(chosen) => navigate({ search: { sort, group, tag: chosen }, resetScroll: false })} />
        </Group>
        {group && (
          <Group gap={4} mb="sm">
            <Text size="sm">{t('questions.in_group', { group })}</Text>
            <CloseButton size="sm" aria-label={t('questions.all_groups')} onClick={() => navigate({ search: { sort, tag } })} />
          </Group>
        )}
        <QuestionList
          filter={{ sort: sort ?? 'hot', tag, group }}
          empty={
            <Empty icon={IconMessageQuestion} title={t(sort === 'unanswered' ? 'list.all_answered' : 'list.empty')}>
              <LinkButton to="/ask" search={group ? { group } : {}}>
                {t('list.ask')}
              </LinkButton>
            </Empty>
          }
        />
      </SidebarLayout>
    </>
  );
}
