import { Group, Text } from '@mantine/core';
import type { AnswerOrder, QuestionView } from '@regulars/client';
import { getQuestionOptions } from '@regulars/client/react-query';
import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { AnswerList } from '~/components/forum/AnswerList';
import { ORDERS } from '~/components/forum/answerOrders';
import { FollowQuestion } from '~/components/forum/FollowButton';
import { QuestionPost } from '~/components/forum/QuestionPost';
import { SidebarLayout, useIsWide } from '~/components/forum/Sidebar';
import { RelatedQuestions, Solved } from '~/components/forum/SimilarQuestions';
import { StateBanners } from '~/components/forum/StateBanners';
import { usePermissions } from '~/components/forum/usePermissions';
import { LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { RelativeTime } from '~/components/RelativeTime';
import { loadNamespaces } from '~/i18n';

type Sort = Exclude<AnswerOrder, 'best'>;

const questionOf = (id: string) => getQuestionOptions({ path: { question_id: id } });

export const Route = createFileRoute('/questions/$id/{-$slug}')({
  validateSearch: (search): { answers?: Sort } => {
    const sort = ORDERS.find((order) => order === search.answers);
    return { answers: sort === 'best' ? undefined : sort };
  },
  loader: ({ context: { queries }, params }) => Promise.all([loadNamespaces('forum'), queries.ensureQueryData(questionOf(params.id))]),
  component: Question,
});

function Question() {
  const { id, slug } = Route.useParams();
  const { answers = 'best' } = Route.useSearch();
  const { data: question, dataUpdatedAt } = useSuspenseQuery(questionOf(id));
  const navigate = useNavigate({ from: '/questions/$id/{-$slug}' });
  const permissions = usePermissions(question.group);
  const isWide = useIsWide();

  const canonical = question.slug || undefined;
  useEffect(() => {
    if (slug === canonical) return;
    navigate({ params: { id, slug: canonical }, search: true, hash: true, replace: true, resetScroll: false });
  }, [id, slug, canonical, navigate]);

  const related = <RelatedQuestions id={id} title={question.title} excerpt={question.excerpt} />;
  return (
    <>
      <PageHeader title={question.title} description={<About question={question} />}>
        <FollowQuestion question={question} />
      </PageHeader>
      <StateBanners question={question} />
      <SidebarLayout sidebar={isWide && related}>
        <QuestionPost key={id} question={question} permissions={permissions} />
        <AnswerList
          key={`${id} ${answers}`}
          question={question}
          updatedAt={dataUpdatedAt}
          sort={answers}
          onSort={(sort) => navigate({ search: { answers: sort === 'best' ? undefined : sort }, resetScroll: false, replace: true })}
          permissions={permissions}
        />
      </SidebarLayout>
      {!isWide && related}
    </>
  );
}

function About({ question: { created_at, active_at, group, accepted_answer_id } }: { question: QuestionView }) {
  const { t } = useTranslation('forum');
  return (
    <Group gap="xs" component="span">
      {accepted_answer_id && <Solved />}
      <Text span size="sm">
        {t('post.asked')} <RelativeTime at={created_at} />
      </Text>
      {active_at !== created_at && (
        <Text span size="sm">
          · {t('question.active')} <RelativeTime at={active_at} />
        </Text>
      )}
      {group && (
        <Text span size="sm">
          · {t('question.in')}{' '}
          <LinkText to="/groups/$slug" params={{ slug: group.slug }} inherit>
            {group.name}
          </LinkText>
        </Text>
      )}
    </Group>
  );
}
