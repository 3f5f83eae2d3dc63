import type { AnswerView, QuestionView } from '@regulars/client';
import { getQuestionQueryKey, listAnswersInfiniteQueryKey, listQuestionsInfiniteQueryKey } from '@regulars/client/react-query';
import type { InfiniteData } from '@tanstack/react-query';
import { beforeEach, expect, test } from 'vitest';
import { testQueries } from '~/TestApp';
import { addAnswer, changeAnswers, changePost, refOfAnswer } from './questionCache';

const answer = (id: string) => ({ id, question_id: 'q1', score: 0 }) as AnswerView;
const question = getQuestionQueryKey({ path: { question_id: 'q1' } });
const answers = listAnswersInfiniteQueryKey({ path: { question_id: 'q1' } });
const elsewhere = listAnswersInfiniteQueryKey({ path: { question_id: 'q2' } });
const cards = listQuestionsInfiniteQueryKey();

let queries = testQueries();
const known = () => queries.getQueryData<QuestionView>(question);
const listed = (key = answers) =>
  queries.getQueryData<InfiniteData<{ items: AnswerView[] }>>(key)?.pages.map(({ items }) => items.map(({ id }) => id));
const countOnCard = () => queries.getQueryData<InfiniteData<{ items: QuestionView[] }>>(cards)?.pages[0]?.items[0]?.answer_count;

beforeEach(() => {
  queries = testQueries();
  queries.setQueryData(question, { id: 'q1', answer_count: 3, answers: { items: [answer('a1'), answer('a2')], next_cursor: 'c' } });
  queries.setQueryData(answers, { pages: [{ items: [answer('a1'), answer('a2')] }, { items: [answer('a3')] }], pageParams: [] });
  queries.setQueryData(elsewhere, { pages: [{ items: [{ ...answer('a1'), question_id: 'q2' }] }], pageParams: [] });
  queries.setQueryData(cards, { pages: [{ items: [{ id: 'q1', answer_count: 3 }] }], pageParams: [] });
});

test('a fresh answer stands at the end, once, and is counted', () => {
  addAnswer(queries, answer('a4'));
  expect(listed()).toEqual([
    ['a1', 'a2'],
    ['a3', 'a4'],
  ]);
  expect(known()).toMatchObject({ answer_count: 4, following: true });
  // There are others between these and the new one.
  expect(known()?.answers.items).toHaveLength(2);
  expect(countOnCard()).toBe(4);
});

test('a fresh answer that the list has already does not stand there twice', () => {
  addAnswer(queries, answer('a3'));
  expect(listed()).toEqual([['a1', 'a2'], ['a3']]);
});

test('an answer is taken away wherever it is listed, and from no other question', () => {
  changeAnswers(queries, 'q1', (one) => (one.id === 'a1' ? undefined : one));
  expect(listed()).toEqual([['a2'], ['a3']]);
  expect(known()?.answers.items.map(({ id }) => id)).toEqual(['a2']);
  expect(listed(elsewhere)).toEqual([['a1']]);
});

test('a vote changes its own answer, in the list and under the question', () => {
  changePost(queries, refOfAnswer(answer('a2')), (post) => ({ ...post, score: 1 }));
  expect(known()?.answers.items.map(({ score }) => score)).toEqual([0, 1]);
});
