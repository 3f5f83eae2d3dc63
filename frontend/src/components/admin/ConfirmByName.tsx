import { Stack, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '../DialogButtons';

/** For what cannot be undone: says what will happen, and wants the thing's name typed. */
export function ConfirmByName({
  opened,
  onClose,
  title,
  name,
  action,
  loading,
  onConfirm,
  children,
}: {
  opened: boolean;
  onClose: () => void;
  title: string;
  name: string;
  action: string;
  loading?: boolean;
  onConfirm: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const matches = typed.trim().toLowerCase() === name.trim().toLowerCase();
  const close = () => {
    setTyped('');
    onClose();
  };
  return (
    <Dialog opened={opened} onClose={close} title={title}>
      <Stack
        component="form"
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault();
          if (!matches) return;
          setTyped('');
          onConfirm();
        }}
      >
        {children}
        <TextInput
          label={t('type_to_confirm', { word: name })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <DialogButtons onCancel={close} color="red" disabled={!matches} loading={loading}>
          {action}
        </DialogButtons>
      </Stack>
    </Dialog>
  );
}
