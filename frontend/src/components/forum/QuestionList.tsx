import { Card } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { byCursor, Pages } from '../Pages';
import { QuestionRow } from './QuestionRow';
import { listOf, type QuestionFilter } from './questionLists';

/** A list that somebody has scrolled far down is not read anew page by page. */
const PAGES_REFRESHED_MAX = 3;

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
