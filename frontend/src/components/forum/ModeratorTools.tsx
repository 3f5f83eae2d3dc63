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

type Action = 'lock' | 'unlock' | 'reopen';

const small = { size: 'compact-sm', variant: 'subtle', color: 'gray', className: classes.action } as const;

/** Closing and locking, and their ways back. */
export function ModeratorTools({ question }: { question: QuestionView }) {
  const { t } = useTranslation('forum');
  const queries = useQueryClient();
  const [closing, close] = useDisclosure(false);
  const write = useWrite({
    mutationFn: async (action: Action) => {
      const options = { path: { question_id: question.id }, throwOnError: true } as const;
      await { lock: lockQuestion, unlock: unlockQuestion, reopen: reopenQuestion }[action](options);
    },
    onMutate: (action) => {
      changeQuestion(queries, question.id, (known) =>
        action === 'reopen'
          ? { ...known, closed: undefined }
          : { ...known, locked_at: action === 'lock' ? new Date().toISOString() : undefined },
      );
    },
    onSuccess: (_, action) => {
      changeCard(queries, question.id, (card) =>
        action === 'reopen' ? { ...card, closed: false } : { ...card, locked: action === 'lock' },
      );
      showSuccess(t(`moderate.done.${action}`));
    },
    onError: (error) => showProblem(error),
    onSettled: () => invalidateQuestion(queries, question.id),
  });
  return (
    <>
      {question.closed ? (
        <Button {...small} leftSection={<IconMessage size={15} />} onClick={() => write.mutate('reopen')}>
          {t('moderate.reopen')}
        </Button>
      ) : (
        <Button {...small} leftSection={<IconMessageOff size={15} />} onClick={close.open}>
          {t('moderate.close')}
        </Button>
      )}
      {question.locked_at ? (
        <Button {...small} leftSection={<IconLockOpen size={15} />} onClick={() => write.mutate('unlock')}>
          {t('moderate.unlock')}
        </Button>
      ) : (
        <Button {...small} leftSection={<IconLock size={15} />} onClick={() => write.mutate('lock')}>
          {t('moderate.lock')}
        </Button>
      )}
      <CloseDialog question={question} opened={closing} close={close.close} />
    </>
  );
}
