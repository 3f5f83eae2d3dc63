import { Card, VisuallyHidden } from '@mantine/core';
import type { QuestionView } from '@regulars/client';
import { deleteQuestionMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showProblem, showSuccess } from '~/forms';
import { useMe } from '~/session';
import { useFocusBack } from '~/useFocusBack';
import { useWrite } from '~/useWrite';
import { Prose } from '../Prose';
import { useConfirm } from '../useConfirm';
import { Comments } from './Comments';
import { EditQuestion } from './EditQuestion';
import { ModeratorTools } from './ModeratorTools';
import { PostFooter } from './PostFooter';
import classes from './post.module.css';
import { questionPath } from './QuestionLink';
import { refOfQuestion, removeQuestion } from './questionCache';
import { TagChips } from './TagChips';
import type { Permissions } from './usePermissions';
import { VoteControl } from './VoteControl';

/** What was asked, with all that can be done about it. */
export function QuestionPost({ question, permissions: { moderates, toJoin } }: { question: QuestionView; permissions: Permissions }) {
  const { t } = useTranslation(['forum', 'common']);
  const me = useMe();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const [editing, edit] = useState(false);
  const editButton = useFocusBack(editing);
  const of = refOfQuestion(question);
  const remove = useWrite({
    ...deleteQuestionMutation(),
    onSuccess: async () => {
      await navigate({ to: '/questions' });
      removeQuestion(queries, question.id);
      queries.invalidateQueries();
      showSuccess(t('question.deleted'));
    },
    onError: (error) => showProblem(error),
  });
  const mayDelete = question.state !== 'deleted' && (moderates || me?.id === question.author.id);
  const ask = () =>
    confirm({
      title: t('question.delete'),
      text: t('question.delete_text'),
      word: t('common:delete'),
      onConfirm: () => remove.mutate({ path: { question_id: question.id } }),
    });
  if (editing) return <EditQuestion question={question} onDone={() => edit(false)} />;
  return (
    <Card padding="lg" component="article" aria-label={t('question.question')}>
      <div className={classes.post}>
        <div className={classes.text}>
          <VisuallyHidden>
            <h2>{t('question.question')}</h2>
          </VisuallyHidden>
          <Prose html={question.body_html} mb="md" />
          <TagChips tags={question.tags} />
        </div>
        <div className={classes.vote}>
          <VoteControl post={question} of={of} locked={question.locked_at !== undefined && !moderates} />
        </div>
        <div className={classes.rest}>
          <PostFooter
            post={question}
            of={of}
            address={questionPath(question)}
            moderates={moderates}
            onEdit={() => edit(true)}
            editButton={editButton}
            onDelete={mayDelete ? ask : undefined}
          >
            {moderates && <ModeratorTools question={question} />}
          </PostFooter>
          <Comments post={question} of={of} open={(!question.locked_at || moderates) && !toJoin} />
        </div>
      </div>
    </Card>
  );
}
