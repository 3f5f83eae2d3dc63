import type { QuestionView } from '@regulars/client';
import { acceptAnswer, unacceptAnswer } from '@regulars/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { showProblem, showSuccess } from '~/forms';
import { changeAnswers, changeCard, changeQuestion } from './questionCache';

/** Marks the answer that helped, or by `null` takes the mark away. It shows at once. */
export function useAcceptance(question: QuestionView) {
  const { t } = useTranslation('forum');
  const queries = useQueryClient();
  const show = (accepted: string | null) => {
    changeQuestion(queries, question.id, (known) => ({ ...known, accepted_answer_id: accepted ?? undefined }));
    changeAnswers(queries, question.id, (answer) => ({ ...answer, accepted: answer.id === accepted }));
    changeCard(queries, question.id, (card) => ({ ...card, solved: accepted !== null }));
  };
  return useMutation({
    scope: { id: `accept-${question.id}` },
    mutationFn: async (answer: string | null) => {
      const path = { question_id: question.id };
      if (answer) await acceptAnswer({ path, body: { answer_id: answer }, throwOnError: true });
      else await unacceptAnswer({ path, throwOnError: true });
    },
    onMutate: (answer) => {
      show(answer);
      return question.accepted_answer_id ?? null;
    },
    onSuccess: (_, answer) => showSuccess(t(answer ? 'answer.accept_done' : 'answer.unaccept_done')),
    onError: (error, _answer, before) => {
      show(before ?? null);
      showProblem(error);
    },
  });
}
