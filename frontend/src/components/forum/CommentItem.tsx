import { ActionIcon, Group, Text } from '@mantine/core';
import type { CommentView } from '@regulars/client';
import { deleteCommentMutation } from '@regulars/client/react-query';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showProblem, showSuccess } from '~/forms';
import { isStaff, useMe } from '~/session';
import { useFocusBack } from '~/useFocusBack';
import { useWrite } from '~/useWrite';
import { AuthorChip } from '../AuthorChip';
import { Prose } from '../Prose';
import { RelativeTime } from '../RelativeTime';
import { useConfirm } from '../useConfirm';
import { commentsKey, EditComment } from './CommentForm';
import classes from './Comments.module.css';
import { withinEditWindow } from './limits';
import { changePost, type PostRef } from './questionCache';

/** A comment, with what may be done to it. */
export function CommentItem({ comment, of, open }: { comment: CommentView; of: PostRef; open: boolean }) {
  const { t } = useTranslation('forum');
  const me = useMe();
  const queries = useQueryClient();
  const confirm = useConfirm();
  const [editing, edit] = useState(false);
  const pencil = useFocusBack(editing);
  const own = me?.id === comment.author.id;
  const mayEdit = open && me && (isStaff(me) || (own && withinEditWindow(me.trust, comment.created_at)));
  const mayDelete = me && (own || isStaff(me));
  const remove = useWrite({
    ...deleteCommentMutation({ path: { comment_id: comment.id } }),
    onSuccess: () => {
      changePost(queries, of, (post) => ({
        ...post,
        comments: post.comments.filter(({ id }) => id !== comment.id),
        comment_count: post.comment_count - 1,
      }));
      queries.invalidateQueries({ queryKey: commentsKey(of) });
      showSuccess(t('comment.deleted'));
    },
    onError: (error) => showProblem(error),
  });
  if (editing) {
    return (
      <li className={classes.comment}>
        <EditComment of={of} comment={comment} onDone={() => edit(false)} onCancel={() => edit(false)} />
      </li>
    );
  }
  return (
    <li className={classes.comment}>
      <Prose html={comment.body_html} />
      <Group gap={4} justify="space-between" mih={26}>
        <AuthorChip author={comment.author} size={18}>
          {'· '}
          <RelativeTime at={comment.created_at} />
          {comment.edited_at && (
            <Text span inherit>
              {' · '}
              {t('post.edited')}
            </Text>
          )}
        </AuthorChip>
        <Group gap={2}>
          {mayEdit && (
            <ActionIcon ref={pencil} size={26} variant="subtle" color="gray" aria-label={t('comment.edit')} onClick={() => edit(true)}>
              <IconPencil size={15} />
            </ActionIcon>
          )}
          {mayDelete && (
            <ActionIcon
              size={26}
              variant="subtle"
              color="gray"
              aria-label={t('comment.delete')}
              onClick={() =>
                confirm({
                  title: t('comment.delete'),
                  text: t('comment.delete_text'),
                  onConfirm: () => remove.mutate({ path: { comment_id: comment.id } }),
                })
              }
            >
              <IconTrash size={15} />
            </ActionIcon>
          )}
        </Group>
      </Group>
    </li>
  );
}
