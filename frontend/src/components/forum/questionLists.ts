import type { ListQuestionsData } from '@regulars/client';
import { listQuestionsInfiniteOptions } from '@regulars/client/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { loadNamespaces } from '~/i18n';
import { byCursor } from '../InfiniteList';

/** Which questions are listed, and in which order. */
export type QuestionFilter = NonNullable<ListQuestionsData['query']>;

/** How lists of questions are read. Parameters are in the order in which the server writes them into pages. */
export const listOf = ({ sort, tag, group, author, ...rest }: QuestionFilter) =>
  listQuestionsInfiniteOptions({
    query: { ...(sort && { sort }), ...(tag && { tag }), ...(group && { group }), ...(author && { author }), ...rest },
  });

/** Reads the first page, and the words around it, ahead of the page that shows it. */
export const loadQuestions = (queries: QueryClient, filter: QuestionFilter) =>
  Promise.all([loadNamespaces('forum'), queries.ensureInfiniteQueryData({ ...listOf(filter), ...byCursor })]);
