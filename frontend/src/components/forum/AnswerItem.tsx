import { Button, Card, VisuallyHidden } from '@mantine/core';
import type { AnswerView, QuestionView } from '@regulars/client';
import { deleteAnswerMutation } from '@regulars/client/react-query';
import { IconCheck, IconCircleCheckFilled } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showProblem, showSuccess } from '~/forms';
import { isStaff, useMe } from '~/session';
import { useFocusBack } from '~/useFocusBack';
import { useWrite } from '~/useWrite';
import { Prose } from '../Prose';
import { useConfirm } from '../useConfirm';
import { Comments } from './Comments';
import { EditAnswer } from './EditAnswer';
import { mayAccept } from './limits';
import { PostFooter } from './PostFooter';
import classes from './post.module.css';
import { questionPath } from './QuestionLink';
import { changeAnswers, changeCard, changeQuestion, refOfAnswer } from './questionCache';
import { HiddenBanner } from './StateBanners';
import { useAcceptance } from './useAcceptance';
import type { Permissions } from './usePermissions';
import { VoteControl } from './VoteControl';

interface Props {
  answer: AnswerView;
  question: QuestionView;
  permissions: Permissions;
  /** Written a moment ago. */
  fresh?: boolean;
}

/** An answer, with its marks, votes and comments. */
export function AnswerItem({ answer, question, permissions: { moderates, toJoin }, fresh }: Props) {
  const { t } = useTranslation(['forum', 'common']);
  const me = useMe();
  const queries = useQueryClient();
  const confirm = useConfirm();
  const [editing, edit] = useState(false);
  const editButton = useFocusBack(editing);
  const acceptance = useAcceptance(question);
  const of = refOfAnswer(answer);
  const remove = useWrite({
    ...deleteAnswerMutation(),
    onSuccess: () => {
      changeAnswers(queries, question.id, (known) => (known.id === answer.id ? undefined : known));
      changeQuestion(queries, question.id, (known) => ({
        ...known,
        answer_count: known.answer_count - 1,
        accepted_answer_id: known.accepted_answer_id === answer.id ? undefined : known.accepted_answer_id,
      }));
      changeCard(queries, question.id, (card) => ({
        ...card,
        answer_count: card.answer_count - 1,
        solved: card.solved && !answer.accepted,
      }));
      showSuccess(t('answer.deleted'));
    },
    onError: (error) => showProblem(error),
  });
  const mayDelete = answer.state !== 'deleted' && (moderates || me?.id === answer.author.id);
  const decides = me && answer.state === 'published' && (!question.locked_at || moderates);
  const mayMark = decides && (answer.accepted ? me.id === question.author.id || isStaff(me) : mayAccept(me, question, answer));
  const ask = () =>
    confirm({
      title: t('answer.delete'),
      text: t('answer.delete_text'),
      word: t('common:delete'),
      onConfirm: () => remove.mutate({ path: { answer_id: answer.id } }),
    });
  return (
    <Card
      padding="lg"
      component="article"
      id={`a-${answer.id}`}
      tabIndex={-1}
      className={classes.answer}
      data-accepted={answer.accepted || undefined}
      data-fresh={fresh || undefined}
      aria-label={t('answer.by', { name: answer.author.display_name })}
    >
      <VisuallyHidden>
        <h3>{t('answer.by', { name: answer.author.display_name })}</h3>
      </VisuallyHidden>
      <HiddenBanner state={answer.state} />
      {answer.accepted && (
        <div className={classes.accepted}>
          <IconCircleCheckFilled size={22} aria-hidden />
          {t('answer.accepted')}
        </div>
      )}
      {editing ? (
        <EditAnswer answer={answer} onDone={() => edit(false)} />
      ) : (
        <div className={classes.post}>
          <Prose html={answer.body_html} className={`prose ${classes.text}`} />
          <div className={classes.vote}>
            <VoteControl post={answer} of={of} locked={question.locked_at !== undefined && !moderates} />
          </div>
          <div className={classes.rest}>
            {mayMark && (
              <Button
                mt="md"
                size="xs"
                variant={answer.accepted ? 'default' : 'light'}
                leftSection={!answer.accepted && <IconCheck size={16} />}
                onClick={() => acceptance.mutate(answer.accepted ? null : answer.id)}
              >
                {t(answer.accepted ? 'answer.unaccept' : 'answer.accept')}
              </Button>
            )}
            <PostFooter
              post={answer}
              of={of}
              address={`${questionPath(question)}#a-${answer.id}`}
              moderates={moderates}
              onEdit={() => edit(true)}
              editButton={editButton}
              onDelete={mayDelete ? ask : undefined}
            />
            <Comments post={answer} of={of} open={(!question.locked_at || moderates) && !toJoin && answer.state === 'published'} />
          </div>
        </div>
      )}
    </Card>
  );
}
