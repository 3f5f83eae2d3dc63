import { IconMessageQuestion } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { QuestionList } from '~/components/forum/QuestionList';
import { loadQuestions } from '~/components/forum/questionLists';
import { Empty } from '~/components/LoadState';

const filterOf = (group: string) => ({ sort: 'active', group }) as const;

export const Route = createFileRoute('/groups/$slug/')({
  loader: ({ context: { queries }, params }) => loadQuestions(queries, filterOf(params.slug)),
  component: GroupQuestions,
});

function GroupQuestions() {
  const { t } = useTranslation('groups');
  const { slug } = Route.useParams();
  return <QuestionList filter={filterOf(slug)} empty={<Empty icon={IconMessageQuestion} title={t('no_questions')} />} />;
}
