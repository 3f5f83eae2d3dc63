import { IconMessageQuestion } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { QuestionList } from '~/components/forum/QuestionList';
import { loadQuestions } from '~/components/forum/questionLists';
import { Empty } from '~/components/LoadState';

const filterOf = (author: string) => ({ sort: 'new', author }) as const;

export const Route = createFileRoute('/members/$handle/')({
  loader: ({ context: { queries }, params }) => loadQuestions(queries, filterOf(params.handle)),
  component: MemberQuestions,
});

function MemberQuestions() {
  const { t } = useTranslation('groups');
  const { handle } = Route.useParams();
  return <QuestionList filter={filterOf(handle)} empty={<Empty icon={IconMessageQuestion} title={t('profile.no_questions')} />} />;
}
