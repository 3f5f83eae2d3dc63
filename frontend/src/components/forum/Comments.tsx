import { Anchor, Box, Button, Group, Stack } from '@mantine/core';
import { listAnswerCommentsInfiniteOptions, listQuestionCommentsInfiniteOptions } from '@regulars/client/react-query';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { useFocusBack } from '~/useFocusBack';
import { byCursor } from '../InfiniteList';
import { Problem } from '../LoadState';
import { CommentForm } from './CommentForm';
import { CommentItem } from './CommentItem';
import classes from './Comments.module.css';
import type { Post, PostRef } from './questionCache';
import { useMembersOnly } from './useMembersOnly';

/** So many are shown before somebody asks for the others. */
const FIRST = 4;

function useAllComments(of: PostRef, enabled: boolean) {
  const ofQuestion = of.kind === 'question';
  const onQuestion = useInfiniteQuery({
    ...listQuestionCommentsInfiniteOptions({ path: { question_id: of.id } }),
    ...byCursor,
    enabled: enabled && ofQuestion,
  });
  const onAnswer = useInfiniteQuery({
    ...listAnswerCommentsInfiniteOptions({ path: { answer_id: of.id } }),
    ...byCursor,
    enabled: enabled && !ofQuestion,
  });
  return ofQuestion ? onQuestion : onAnswer;
}

/** The remarks under a question or an answer. */
export function Comments({ post, of, open }: { post: Post; of: PostRef; open: boolean }) {
  const { t } = useTranslation(['forum', 'common']);
  const membersOnly = useMembersOnly();
  const [expanded, setExpanded] = useState(false);
  const [writing, write] = useState(false);
  const add = useFocusBack(writing);
  // The post brings the first ones; only longer lists are asked for.
  const long = post.comment_count > post.comments.length;
  const all = useAllComments(of, expanded && long);
  const known = (expanded && all.data?.pages.flatMap((page) => page.items)) || post.comments;
  const shown = expanded ? known : known.slice(0, FIRST);
  const hidden = post.comment_count - shown.length;

  if (post.comment_count === 0 && !open) return null;
  return (
    <Box role="group" aria-label={t('comment.list')} className={classes.comments}>
      {shown.length > 0 && (
        <Stack gap={0} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {shown.map((comment) => (
            <CommentItem key={comment.id} comment={comment} of={of} open={open} />
          ))}
        </Stack>
      )}
      {all.isError && <Problem error={all.error} retry={() => all.refetch()} />}
      <Group gap="md" className={classes.more}>
        {!expanded && hidden > 0 && (
          <Anchor component="button" type="button" size="sm" onClick={() => setExpanded(true)}>
            {t('comment.all', { count: hidden, formatted: number(hidden) })}
          </Anchor>
        )}
        {expanded && (all.isFetching || all.hasNextPage) && (
          <Button size="compact-sm" variant="default" loading={all.isFetching} onClick={() => all.fetchNextPage()}>
            {t('common:more')}
          </Button>
        )}
        {open && !writing && (
          <Anchor ref={add} component="button" type="button" size="sm" c="dimmed" onClick={() => membersOnly(() => write(true))}>
            {t('comment.add')}
          </Anchor>
        )}
      </Group>
      {writing && (
        <CommentForm
          of={of}
          onDone={() => {
            write(false);
            setExpanded(true);
          }}
          onCancel={() => write(false)}
        />
      )}
    </Box>
  );
}
