import type { AnswerView, PageAnswerView, PageQuestionCard, QuestionCard, QuestionView } from '@regulars/client';
import { getQuestionQueryKey, listAnswersInfiniteQueryKey, listQuestionsInfiniteQueryKey } from '@regulars/client/react-query';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';

/** A question or an answer, and the question that it belongs to. */
export interface PostRef {
  kind: 'question' | 'answer';
  id: string;
  question_id: string;
}

/** What questions and answers have in common. */
export type Post = Pick<
  QuestionView,
  | 'id'
  | 'author'
  | 'body'
  | 'body_html'
  | 'comments'
  | 'comment_count'
  | 'score'
  | 'up_votes'
  | 'down_votes'
  | 'my_vote'
  | 'state'
  | 'version'
> &
  Partial<Pick<QuestionView, 'edited_at'>> &
  Pick<QuestionView, 'created_at'>;

/** The reference of a question. */
export const refOfQuestion = ({ id }: Pick<QuestionView, 'id'>): PostRef => ({ kind: 'question', id, question_id: id });
/** The reference of an answer. */
export const refOfAnswer = ({ id, question_id }: Pick<AnswerView, 'id' | 'question_id'>): PostRef => ({ kind: 'answer', id, question_id });

const questionKey = (id: string) => getQuestionQueryKey({ path: { question_id: id } });
/** Matches the answers of a question in every order. */
const answersKey = (id: string) => listAnswersInfiniteQueryKey({ path: { question_id: id } });

/** Changes what is known of a question. */
export function changeQuestion(queries: QueryClient, id: string, change: (question: QuestionView) => QuestionView) {
  queries.setQueryData<QuestionView>(questionKey(id), (known) => known && change(known));
}

/** Changes, or by `undefined` takes away, answers of a question wherever they are listed. */
export function changeAnswers(queries: QueryClient, questionId: string, change: (answer: AnswerView) => AnswerView | undefined) {
  const inPage = (page: PageAnswerView): PageAnswerView => ({
    ...page,
    items: page.items.map(change).filter((answer) => answer !== undefined),
  });
  changeQuestion(queries, questionId, (question) => ({ ...question, answers: inPage(question.answers) }));
  queries.setQueriesData<InfiniteData<PageAnswerView>>(
    { queryKey: answersKey(questionId) },
    (known) => known && { ...known, pages: known.pages.map(inPage) },
  );
}

/** Puts a fresh answer behind those that are shown. */
export function addAnswer(queries: QueryClient, answer: AnswerView) {
  queries.setQueriesData<InfiniteData<PageAnswerView>>(
    { queryKey: answersKey(answer.question_id) },
    (known) =>
      known && {
        ...known,
        pages: known.pages.map((page, index) =>
          index === known.pages.length - 1 ? { ...page, items: [...page.items.filter(({ id }) => id !== answer.id), answer] } : page,
        ),
      },
  );
  changeQuestion(queries, answer.question_id, (question) => ({
    ...question,
    // Who answers follows the question by that.
    following: true,
    answer_count: question.answer_count + 1,
    answers: question.answers.next_cursor ? question.answers : { ...question.answers, items: [...question.answers.items, answer] },
  }));
  changeCard(queries, answer.question_id, (card) => ({ ...card, answer_count: card.answer_count + 1 }));
}

/** Changes the part of a post that questions and answers share. */
export function changePost(queries: QueryClient, ref: PostRef, change: <P extends Post>(post: P) => P) {
  if (ref.kind === 'question') changeQuestion(queries, ref.id, change);
  else changeAnswers(queries, ref.question_id, (answer) => (answer.id === ref.id ? change(answer) : answer));
}

/** Changes a question in the lists that have it. */
export function changeCard(queries: QueryClient, id: string, change: (card: QuestionCard) => QuestionCard) {
  queries.setQueriesData<InfiniteData<PageQuestionCard>>(
    { queryKey: listQuestionsInfiniteQueryKey() },
    (known) =>
      known && {
        ...known,
        pages: known.pages.map((page) => ({ ...page, items: page.items.map((card) => (card.id === id ? change(card) : card)) })),
      },
  );
}

/** Reads a question and its answers anew. */
export async function invalidateQuestion(queries: QueryClient, id: string) {
  await Promise.all([queries.invalidateQueries({ queryKey: questionKey(id) }), queries.invalidateQueries({ queryKey: answersKey(id) })]);
}

/** Lists of questions are read anew when they are looked at next. */
export function removeQuestionLists(queries: QueryClient) {
  queries.removeQueries({ queryKey: listQuestionsInfiniteQueryKey(), type: 'inactive' });
}

/** Forgets a question that is no more. */
export function removeQuestion(queries: QueryClient, id: string) {
  queries.removeQueries({ queryKey: questionKey(id), type: 'inactive' });
  queries.removeQueries({ queryKey: answersKey(id), type: 'inactive' });
  removeQuestionLists(queries);
}
