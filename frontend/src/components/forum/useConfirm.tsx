import { Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DialogButtons } from '../DialogButtons';

interface Question {
  title: string;
  text: string;
  /** A word to type, for what cannot be undone and takes more than a line with it. */
  word?: string;
  onConfirm: () => void;
}

/** Asks before something goes for good. */
export function useConfirm() {
  const { t } = useTranslation();
  return useCallback(
    ({ title, ...question }: Question) => {
      const id = modals.open({
        title,
        closeButtonProps: { 'aria-label': t('close') },
        children: <ConfirmForm {...question} title={title} close={() => modals.close(id)} />,
      });
    },
    [t],
  );
}

function ConfirmForm({ title, text, word, onConfirm, close }: Question & { close: () => void }) {
  const { t } = useTranslation('forum');
  const [typed, type] = useState('');
  const sure = word === undefined || typed.trim().toLowerCase() === word.toLowerCase();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!sure) return;
        close();
        onConfirm();
      }}
    >
      <Stack gap="md">
        <Text size="sm">{text}</Text>
        {word && (
          <TextInput
            data-autofocus
            label={t('confirm.type', { word })}
            value={typed}
            autoComplete="off"
            onChange={(event) => type(event.currentTarget.value)}
          />
        )}
        <DialogButtons onCancel={close} startAtCancel={!word} color="red.9" disabled={!sure}>
          {title}
        </DialogButtons>
      </Stack>
    </form>
  );
}
