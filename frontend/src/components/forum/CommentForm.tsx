import { Button, Group, Textarea } from '@mantine/core';
import type { CommentView } from '@regulars/client';
import { commentOnAnswer, commentOnQuestion, editComment } from '@regulars/client';
import { listAnswerCommentsInfiniteQueryKey, listQuestionCommentsInfiniteQueryKey } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { showProblem } from '~/forms';
import { useTextDraft } from '~/useDraft';
import { useEditForm, type Version } from '~/useEditForm';
import { useWrite } from '~/useWrite';
import { EditConflict } from '../EditConflict';
import { fieldProps } from './fields';
import { COMMENT_CHARS, lengthOf } from './limits';
import { changePost, type PostRef } from './questionCache';

/** The key of a post's longer list of comments. */
export const commentsKey = (of: PostRef) =>
  of.kind === 'question'
    ? listQuestionCommentsInfiniteQueryKey({ path: { question_id: of.id } })
    : listAnswerCommentsInfiniteQueryKey({ path: { answer_id: of.id } });

/** Writes a comment. What was typed stays until it is sent, though its form be closed. */
export function CommentForm({ of, onDone, onCancel }: { of: PostRef; onDone: () => void; onCancel: () => void }) {
  const { t } = useTranslation('forum');
  const queries = useQueryClient();
  const draft = useTextDraft(`comment.on.${of.id}`);
  const [error, setError] = useState<string>();
  const send = useWrite({
    mutationFn: async () => {
      const body = { body: draft.text };
      if (of.kind === 'question') return (await commentOnQuestion({ path: { question_id: of.id }, body, throwOnError: true })).data;
      return (await commentOnAnswer({ path: { answer_id: of.id }, body, throwOnError: true })).data;
    },
    onSuccess: (written) => {
      changePost(queries, of, (post) => ({
        ...post,
        comments: [...post.comments, written],
        comment_count: post.comment_count + 1,
      }));
      queries.invalidateQueries({ queryKey: commentsKey(of) });
      draft.clear();
      onDone();
    },
    onError: (problem) => showProblem(problem, { setErrors: ({ body }) => setError(body) }),
  });
  return (
    <CommentField
      label={t('comment.add')}
      action={t('comment.send')}
      text={draft.text}
      error={error}
      isWriting={send.isPending}
      onChange={(text) => {
        setError(undefined);
        draft.change(text);
      }}
      onSend={() => send.mutate()}
      onCancel={onCancel}
    />
  );
}

const versionOf = ({ body, edited_at }: CommentView): Version<{ body: string }> => ({ version: edited_at ?? '', values: { body } });

/** Changes a comment. The API knows no versions of it: what the page has read since must be looked at first. */
export function EditComment({
  of,
  comment,
  onDone,
  onCancel,
}: {
  of: PostRef;
  comment: CommentView;
  onDone: () => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation(['forum', 'common']);
  const queries = useQueryClient();
  const now = versionOf(comment);
  const edit = useEditForm({ draft: `edit.comment.${comment.id}`, lasts: 'until_sent', now, read: async () => now });
  const { form } = edit;
  const send = useWrite({
    mutationFn: async () => (await editComment({ path: { comment_id: comment.id }, body: form.getValues(), throwOnError: true })).data,
    onSuccess: (written) => {
      changePost(queries, of, (post) => ({
        ...post,
        comments: post.comments.map((known) => (known.id === written.id ? written : known)),
      }));
      queries.invalidateQueries({ queryKey: commentsKey(of) });
      edit.discard();
      onDone();
    },
    onError: edit.refused,
  });
  const { body, onChange, error } = { ...fieldProps(form, 'body'), body: form.values.body };
  return (
    <>
      <EditConflict edit={edit} texts={{ body: t('comment.edit') }} />
      <CommentField
        label={t('comment.edit')}
        action={t('common:save')}
        text={body}
        error={error}
        isWriting={send.isPending}
        mayNotSend={edit.behind}
        onChange={onChange}
        onSend={() => send.mutate()}
        onCancel={() => {
          edit.discard();
          onCancel();
        }}
      />
    </>
  );
}

interface FieldProps {
  label: string;
  /** What sending is called. */
  action: string;
  text: string;
  error?: ReactNode;
  isWriting: boolean;
  mayNotSend?: boolean;
  onChange: (text: string) => void;
  onSend: () => void;
  onCancel: () => void;
}

function CommentField({ label, action, text, error, isWriting, mayNotSend, onChange, onSend, onCancel }: FieldProps) {
  const { t } = useTranslation(['forum', 'common']);
  const length = lengthOf(text);
  const fits = length >= COMMENT_CHARS.min && length <= COMMENT_CHARS.max && !mayNotSend;
  const submit = () => fits && onSend();
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
        aria-label={label}
        placeholder={t('comment.placeholder')}
        value={text}
        error={error ?? (length > COMMENT_CHARS.max && t('comment.too_long', { max: number(COMMENT_CHARS.max) }))}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
          if (event.key === 'Escape') onCancel();
        }}
      />
      <Group gap="xs" my="xs">
        <Button type="submit" size="xs" loading={isWriting} disabled={!fits}>
          {action}
        </Button>
        <Button size="xs" variant="default" onClick={onCancel}>
          {t('common:cancel')}
        </Button>
      </Group>
    </form>
  );
}
