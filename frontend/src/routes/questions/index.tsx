import { CloseButton, Group, Text } from '@mantine/core';
import { IconMessageQuestion, IconPlus } from '@tabler/icons-react';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { loadSide } from '~/components/forum/besides';
import { QuestionList } from '~/components/forum/QuestionList';
import { loadQuestions } from '~/components/forum/questionLists';
import { Columns, CommunitySide } from '~/components/forum/Side';
import { TabLink, Tabs, tabProps } from '~/components/forum/Tabs';
import { TagFilter } from '~/components/forum/TagFilter';
import { LinkButton } from '~/components/links';
import { PageHead } from '~/components/PageHead';
import { Empty } from '~/components/states';

const SORTS = ['hot', 'active', 'new', 'top', 'unanswered'] as const;
type Sort = (typeof SORTS)[number];

interface Search {
  sort?: Exclude<Sort, 'hot'>;
  tag?: string;
  group?: string;
}

const word = (value: unknown) => (value ? String(value) : undefined);

export const Route = createFileRoute('/questions/')({
  validateSearch: (search): Search => {
    const sort = SORTS.find((name) => name === search.sort);
    return { sort: sort === 'hot' ? undefined : sort, tag: word(search.tag), group: word(search.group) };
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queries }, deps }) => {
    await Promise.all([loadQuestions(queries, { ...deps, sort: deps.sort ?? 'hot' }), loadSide(queries)]);
  },
  component: Questions,
});

function Questions() {
  const { t } = useTranslation('forum');
  const { sort, tag, group } = Route.useSearch();
  const navigate = useNavigate({ from: '/questions/' });
  return (
    <>
      <PageHead title={t('questions.title')} description={t('questions.about')}>
        <LinkButton to="/ask" search={group ? { group } : {}} leftSection={<IconPlus size={16} />}>
          {t('list.ask')}
        </LinkButton>
      </PageHead>
      <Columns side={<CommunitySide />}>
        <Group justify="space-between" align="flex-start" gap="xs">
          <Tabs label={t('sort.label')}>
            {SORTS.map((value) => (
              <TabLink key={value} to="/questions" search={{ tag, group, sort: value === 'hot' ? undefined : value }} {...tabProps}>
                {t(`sort.${value}`)}
              </TabLink>
            ))}
          </Tabs>
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
      </Columns>
    </>
  );
}
