import { Button, Group, Textarea } from '@mantine/core';
import type { CommentView } from '@regulars/client';
import { commentOnAnswer, commentOnQuestion, editComment } from '@regulars/client';
import { listAnswerCommentsInfiniteQueryKey, listQuestionCommentsInfiniteQueryKey } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { showProblem } from '~/forms';
import { useTextDraft } from '~/useDraft';
import { useWrite } from '~/useWrite';
import { COMMENT_CHARS, lengthOf } from './limits';
import { changePost, type PostRef } from './questionCache';

/** The key of a post's longer list of comments. */
export const commentsKey = (of: PostRef) =>
  of.kind === 'question'
    ? listQuestionCommentsInfiniteQueryKey({ path: { question_id: of.id } })
    : listAnswerCommentsInfiniteQueryKey({ path: { answer_id: of.id } });

/** Writes a comment, or changes one. */
export function CommentForm({
  of,
  comment,
  onDone,
  onCancel,
}: {
  of: PostRef;
  comment?: CommentView;
  onDone: () => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation(['forum', 'common']);
  const queries = useQueryClient();
  const draft = useTextDraft(comment ? `comment.${comment.id}` : `comment.on.${of.id}`, comment?.body);
  const [error, setError] = useState<string>();
  const length = lengthOf(draft.text);
  const send = useWrite({
    mutationFn: async () => {
      const body = { body: draft.text };
      if (comment) return (await editComment({ path: { comment_id: comment.id }, body, throwOnError: true })).data;
      if (of.kind === 'question') return (await commentOnQuestion({ path: { question_id: of.id }, body, throwOnError: true })).data;
      return (await commentOnAnswer({ path: { answer_id: of.id }, body, throwOnError: true })).data;
    },
    onSuccess: (written) => {
      changePost(queries, of, (post) => ({
        ...post,
        comments: comment ? post.comments.map((known) => (known.id === written.id ? written : known)) : [...post.comments, written],
        comment_count: post.comment_count + (comment ? 0 : 1),
      }));
      queries.invalidateQueries({ queryKey: commentsKey(of) });
      draft.clear();
      onDone();
    },
    onError: (problem) => showProblem(problem, { setErrors: ({ body }) => setError(body) }),
  });
  const fits = length >= COMMENT_CHARS.min && length <= COMMENT_CHARS.max;
  const submit = () => fits && send.mutate();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        mt="xs"
        autosize
        minRows={2}
        autoFocus
        data-autofocus
        aria-label={t(comment ? 'comment.edit' : 'comment.add')}
        placeholder={t('comment.placeholder')}
        value={draft.text}
        error={error ?? (length > COMMENT_CHARS.max && t('comment.too_long', { max: number(COMMENT_CHARS.max) }))}
        onChange={(event) => {
          setError(undefined);
          draft.change(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
          if (event.key === 'Escape') onCancel();
        }}
      />
      <Group gap="xs" my="xs">
        <Button type="submit" size="xs" loading={send.isPending} disabled={!fits}>
          {t(comment ? 'common:save' : 'comment.send')}
        </Button>
        <Button size="xs" variant="default" onClick={onCancel}>
          {t('common:cancel')}
        </Button>
      </Group>
    </form>
  );
}
