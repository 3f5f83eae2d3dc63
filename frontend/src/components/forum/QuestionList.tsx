import { Card } from '@mantine/core';
import type { ListQuestionsData } from '@regulars/client';
import { listQuestionsInfiniteOptions } from '@regulars/client/react-query';
import { type QueryClient, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { byCursor, Pages } from '../Pages';
import { QuestionRow } from './QuestionRow';

export type QuestionFilter = NonNullable<ListQuestionsData['query']>;

/** A list that somebody has scrolled far down is not read anew page by page. */
const PAGES_REFRESHED_MAX = 3;

/** How lists of questions are read. Parameters are in the order in which the server writes them into pages. */
const listOf = ({ sort, tag, group, author, ...rest }: QuestionFilter) =>
  listQuestionsInfiniteOptions({
    query: { ...(sort && { sort }), ...(tag && { tag }), ...(group && { group }), ...(author && { author }), ...rest },
  });

/** Reads the first page ahead of the page that shows it. */
export const loadQuestions = (queries: QueryClient, filter: QuestionFilter) =>
  queries.ensureInfiniteQueryData({ ...listOf(filter), ...byCursor });

/** Questions that fit a filter, as many as wanted. */
export function QuestionList({ filter, empty }: { filter: QuestionFilter; empty: ReactNode }) {
  const query = useInfiniteQuery({
    ...listOf(filter),
    ...byCursor,
    refetchOnWindowFocus: false,
    refetchOnMount: ({ state }) => (state.data?.pages.length ?? 0) <= PAGES_REFRESHED_MAX,
  });
  return (
    <Card p={0}>
      <Pages query={query} empty={empty} gap={0}>
        {(question) => <QuestionRow key={question.id} question={question} inGroup={filter.group !== undefined} />}
      </Pages>
    </Card>
  );
}
