import { Group, NativeSelect, Stack, Title } from '@mantine/core';
import type { AnswerOrder, AnswerView, QuestionView } from '@regulars/client';
import { listAnswersInfiniteOptions } from '@regulars/client/react-query';
import { IconMessageQuestion } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { byCursor, LoadMore } from '../InfiniteList';
import { Empty, Loading, Problem } from '../LoadState';
import { AnswerForm } from './AnswerForm';
import { AnswerItem } from './AnswerItem';
import { ORDERS } from './answerOrders';
import type { Permissions } from './usePermissions';

/** How far an address with an answer in it is followed. */
const PAGES_SEARCHED_MAX = 20;

/** The question already has the first page of its best answers. */
function useAnswers(question: QuestionView, sort: AnswerOrder, updatedAt: number) {
  const best = sort === 'best';
  const query = useInfiniteQuery({
    ...listAnswersInfiniteOptions({ path: { question_id: question.id }, ...(!best && { query: { sort } }) }),
    ...byCursor,
    ...(best && { initialData: { pages: [question.answers], pageParams: [byCursor.initialPageParam] }, initialDataUpdatedAt: updatedAt }),
    refetchOnWindowFocus: false,
  });
  // One that was just written may come again with a later page.
  const answers = [...new Map(query.data?.pages.flatMap(({ items }) => items).map((answer) => [answer.id, answer])).values()];
  return { ...query, answers };
}

/** Moves to the answer that the address names, and reads on until it is there. */
function useNamedAnswer({ answers, hasNextPage, isFetchingNextPage, fetchNextPage, data }: ReturnType<typeof useAnswers>) {
  const hash = useRouterState({ select: ({ location }) => location.hash });
  const [reached, setReached] = useState<string>();
  const wanted = hash.startsWith('a-') ? hash.slice(2) : undefined;
  const there = answers.some(({ id }) => id === wanted);
  const pages = data?.pages.length ?? 0;
  useEffect(() => {
    if (!wanted || wanted === reached) return;
    if (there) {
      document.getElementById(`a-${wanted}`)?.scrollIntoView();
      document.getElementById(`a-${wanted}`)?.focus({ preventScroll: true });
      setReached(wanted);
    } else if (hasNextPage && !isFetchingNextPage && pages < PAGES_SEARCHED_MAX) fetchNextPage();
  }, [wanted, reached, there, hasNextPage, isFetchingNextPage, fetchNextPage, pages]);
  return wanted;
}

/** The answers of a question in an order of choice, and where one's own is written. */
export function AnswerList({
  question,
  updatedAt,
  sort,
  onSort,
  permissions,
}: {
  question: QuestionView;
  updatedAt: number;
  sort: AnswerOrder;
  onSort: (sort: AnswerOrder) => void;
  permissions: Permissions;
}) {
  const { t } = useTranslation('forum');
  const query = useAnswers(question, sort, updatedAt);
  const named = useNamedAnswer(query);
  const [fresh, setFresh] = useState<string>();
  const answered = ({ id }: AnswerView) => {
    setFresh(id);
    // After React has drawn it.
    requestAnimationFrame(() => {
      const drawn = document.getElementById(`a-${id}`);
      drawn?.scrollIntoView({ block: 'center' });
      drawn?.focus({ preventScroll: true });
    });
  };
  return (
    <Stack gap="md" mt="lg">
      <Group justify="space-between" gap="sm">
        <Title order={2} size="h4" aria-live="polite">
          {t('row.answer_count', { count: question.answer_count, formatted: number(question.answer_count) })}
        </Title>
        {question.answer_count > 1 && (
          <NativeSelect
            size="xs"
            aria-label={t('answer.order')}
            value={sort}
            onChange={(event) => onSort(event.currentTarget.value as AnswerOrder)}
            data={ORDERS.map((value) => ({ value, label: t(`answer.orders.${value}`) }))}
          />
        )}
      </Group>
      {query.isPending && <Loading />}
      {query.isError && <Problem error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && query.answers.length === 0 && <Empty icon={IconMessageQuestion} title={t('answer.none')} />}
      {query.answers.map((answer) => (
        <AnswerItem
          key={answer.id}
          answer={answer}
          question={question}
          permissions={permissions}
          fresh={answer.id === fresh || answer.id === named}
        />
      ))}
      <LoadMore query={query}>{t('answer.more')}</LoadMore>
      <AnswerForm question={question} permissions={permissions} onAnswered={answered} />
    </Stack>
  );
}
