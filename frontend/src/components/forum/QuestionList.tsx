import type { QuestionCard } from '@regulars/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { byCursor, InfiniteList } from '../InfiniteList';
import { QuestionRow } from './QuestionRow';
import { listOf, type QuestionFilter } from './questionLists';

/** A list that somebody has scrolled far down is not read anew page by page. */
const PAGES_REFRESHED_MAX = 3;

const row = (question: QuestionCard) => <QuestionRow key={question.id} question={question} />;
const rowInGroup = (question: QuestionCard) => <QuestionRow key={question.id} question={question} inGroup />;

/** Questions that fit a filter, as many as wanted. */
export function QuestionList({ filter, empty }: { filter: QuestionFilter; empty: ReactNode }) {
  const query = useInfiniteQuery({
    ...listOf(filter),
    ...byCursor,
    refetchOnWindowFocus: false,
    refetchOnMount: ({ state }) => (state.data?.pages.length ?? 0) <= PAGES_REFRESHED_MAX,
  });
  const inGroup = filter.group !== undefined;
  return (
    <InfiniteList query={query} empty={empty} as="rows">
      {inGroup ? rowInGroup : row}
    </InfiniteList>
  );
}
