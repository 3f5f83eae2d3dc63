import { Button, type ButtonProps, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useHoldDialog } from './Dialog';

interface Props extends ButtonProps {
  onCancel: () => void;
  /** "Cancel", if absent. */
  cancelLabel?: string;
  /** Whether Enter shall not do it: what cannot be taken back begins at the way out. */
  startAtCancel?: boolean;
  /** What the form does. */
  children: ReactNode;
}

/** The buttons of a form in a dialog: cancel and submit. While it is `loading` the dialog stays open. */
export function DialogButtons({ onCancel, cancelLabel, startAtCancel, children, ...submit }: Props) {
  const { t } = useTranslation();
  const isWriting = Boolean(submit.loading);
  useHoldDialog(isWriting);
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onCancel} disabled={isWriting} data-autofocus={startAtCancel || undefined}>
        {cancelLabel ?? t('cancel')}
      </Button>
      <Button type="submit" {...submit}>
        {children}
      </Button>
    </Group>
  );
}
