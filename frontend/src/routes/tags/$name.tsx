import { Text } from '@mantine/core';
import { getTagOptions } from '@regulars/client/react-query';
import { IconMessageQuestion, IconPencil, IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, redirect } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { FollowTag } from '~/components/forum/FollowButton';
import { QuestionList } from '~/components/forum/QuestionList';
import { loadQuestions } from '~/components/forum/questionLists';
import { CommunitySidebar, SidebarLayout } from '~/components/forum/Sidebar';
import { loadSidebar } from '~/components/forum/sidebarQueries';
import { TabLink, TabLinks, tabProps } from '~/components/forum/TabLinks';
import { Empty } from '~/components/LoadState';
import { LinkButton } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { listed, number } from '~/format';
import { isStaff, useMe } from '~/session';

const SORTS = ['active', 'hot', 'new', 'top', 'unanswered'] as const;
type Sort = (typeof SORTS)[number];

const tagOf = (name: string) => getTagOptions({ path: { name } });

export const Route = createFileRoute('/tags/$name')({
  validateSearch: (search): { sort?: Exclude<Sort, 'active'> } => {
    const sort = SORTS.find((value) => value === search.sort);
    return { sort: sort === 'active' ? undefined : sort };
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queries }, params: { name }, deps: { sort } }) => {
    const [tag] = await Promise.all([
      queries.ensureQueryData(tagOf(name)),
      loadQuestions(queries, { sort: sort ?? 'active', tag: name }),
      loadSidebar(queries),
    ]);
    if (tag.synonym_of) throw redirect({ to: '/tags/$name', params: { name: tag.synonym_of }, replace: true });
  },
  component: Tag,
});

function Tag() {
  const { t } = useTranslation(['forum', 'common']);
  const { name } = Route.useParams();
  const { sort = 'active' } = Route.useSearch();
  const { data: tag } = useSuspenseQuery(tagOf(name));
  const me = useMe();
  return (
    <>
      <PageHeader title={tag.name} description={tag.description || t('tags.undescribed')}>
        <FollowTag tag={tag} />
        {isStaff(me) && (
          <LinkButton to="/admin/tags" search={{ edit: tag.name }} variant="default" leftSection={<IconPencil size={16} />}>
            {t('common:edit')}
          </LinkButton>
        )}
        <LinkButton to="/ask" leftSection={<IconPlus size={16} />}>
          {t('list.ask')}
        </LinkButton>
      </PageHeader>
      <SidebarLayout sidebar={<CommunitySidebar />}>
        <Text size="sm" c="dimmed" mb="xs">
          {t('tags.questions', { count: tag.question_count, formatted: number(tag.question_count) })}
          {tag.synonyms.length > 0 && ` · ${t('tags.synonyms', { list: listed(tag.synonyms) })}`}
        </Text>
        <TabLinks label={t('sort.label')}>
          {SORTS.map((value) => (
            <TabLink key={value} to="/tags/$name" params={{ name }} search={{ sort: value === 'active' ? undefined : value }} {...tabProps}>
              {t(`sort.${value}`)}
            </TabLink>
          ))}
        </TabLinks>
        <QuestionList
          filter={{ sort, tag: name }}
          empty={
            <Empty icon={IconMessageQuestion} title={t(sort === 'unanswered' ? 'list.all_answered' : 'list.empty')}>
              <LinkButton to="/ask">{t('list.ask')}</LinkButton>
            </Empty>
          }
        />
      </SidebarLayout>
    </>
  );
}
