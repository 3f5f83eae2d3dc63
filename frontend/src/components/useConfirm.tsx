import { Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DialogButtons } from './DialogButtons';

interface Question {
  title: string;
  text: string;
  /** A word to type, for what cannot be undone and takes more than a line with it. */
  word?: string;
  /** What the buttons say, if not the title and "Cancel". */
  labels?: { confirm: string; cancel: string };
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

function ConfirmForm({ title, text, word, labels, onConfirm, close }: Question & { close: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
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
            label={t('type_to_confirm', { word })}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        <DialogButtons onCancel={close} cancelLabel={labels?.cancel} startAtCancel={!word} color="red.9" disabled={!sure}>
          {labels?.confirm ?? title}
        </DialogButtons>
      </Stack>
    </form>
  );
}
