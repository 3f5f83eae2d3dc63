import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { QuestionView } from '@regulars/client';
import { lockQuestion, reopenQuestion, unlockQuestion } from '@regulars/client';
import { IconLock, IconLockOpen, IconMessage, IconMessageOff } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { showProblem, showSuccess } from '~/forms';
import { useWrite } from '~/useWrite';
import { CloseDialog } from './CloseDialog';
import classes from './post.module.css';
import { changeCard, changeQuestion, invalidateQuestion } from './questionCache';

type Act = 'lock' | 'unlock' | 'reopen';

const small = { size: 'compact-sm', variant: 'subtle', color: 'gray', className: classes.action } as const;

/** Closing and locking, and their ways back. */
export function ModeratorTools({ question }: { question: QuestionView }) {
  const { t } = useTranslation('forum');
  const queries = useQueryClient();
  const [closing, close] = useDisclosure(false);
  const act = useWrite({
    mutationFn: async (what: Act) => {
      const options = { path: { question_id: question.id }, throwOnError: true } as const;
      await { lock: lockQuestion, unlock: unlockQuestion, reopen: reopenQuestion }[what](options);
    },
    onMutate: (what) => {
      changeQuestion(queries, question.id, (known) =>
        what === 'reopen'
          ? { ...known, closed: undefined }
          : { ...known, locked_at: what === 'lock' ? new Date().toISOString() : undefined },
      );
    },
    onSuccess: (_, what) => {
      changeCard(queries, question.id, (card) => (what === 'reopen' ? { ...card, closed: false } : { ...card, locked: what === 'lock' }));
      showSuccess(t(`moderate.done.${what}`));
    },
    onError: (error) => showProblem(error),
    onSettled: () => invalidateQuestion(queries, question.id),
  });
  return (
    <>
      {question.closed ? (
        <Button {...small} leftSection={<IconMessage size={15} />} onClick={() => act.mutate('reopen')}>
          {t('moderate.reopen')}
        </Button>
      ) : (
        <Button {...small} leftSection={<IconMessageOff size={15} />} onClick={close.open}>
          {t('moderate.close')}
        </Button>
      )}
      {question.locked_at ? (
        <Button {...small} leftSection={<IconLockOpen size={15} />} onClick={() => act.mutate('unlock')}>
          {t('moderate.unlock')}
        </Button>
      ) : (
        <Button {...small} leftSection={<IconLock size={15} />} onClick={() => act.mutate('lock')}>
          {t('moderate.lock')}
        </Button>
      )}
      <CloseDialog question={question} opened={closing} close={close.close} />
    </>
  );
}
