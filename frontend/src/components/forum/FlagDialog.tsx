import { Radio, Stack, Text, Textarea } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import { type FlagReason, flagAnswer, flagQuestion } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { showProblem, showSuccess } from '~/forms';
import { useDraftForm } from '~/useDraftForm';
import { useWrite } from '~/useWrite';
import { lengthOf, NOTE_CHARS } from './limits';
import type { PostRef } from './questionCache';

const REASONS: FlagReason[] = ['spam', 'rude', 'off_topic', 'low_quality', 'other'];

/** Tells the moderators that something is wrong with a post. */
export function FlagDialog({ of, opened, close }: { of: PostRef; opened: boolean; close: () => void }) {
  const { t } = useTranslation(['forum', 'common']);
  const form = useDraftForm<{ reason: FlagReason | ''; note: string }>(`flag.${of.id}`, {
    initialValues: { reason: '', note: '' },
    validate: {
      reason: isNotEmpty(t('flag.choose')),
      note: (note, { reason }) =>
        reason === 'other' && lengthOf(note) < NOTE_CHARS.min ? t('flag.note_needed', { count: NOTE_CHARS.min }) : null,
    },
  });
  const send = useWrite({
    mutationFn: ({ reason, note }: { reason: FlagReason; note: string }) => {
      const body = { reason, ...(note.trim() && { note }) };
      return of.kind === 'question'
        ? flagQuestion({ path: { question_id: of.id }, body, throwOnError: true })
        : flagAnswer({ path: { answer_id: of.id }, body, throwOnError: true });
    },
    onSuccess: () => {
      close();
      form.reset();
      showSuccess(t('flag.done'));
    },
    onError: (error) => showProblem(error, form),
  });
  return (
    <Dialog opened={opened} onClose={close} title={t(`flag.title.${of.kind}`)}>
      <form
        onSubmit={form.onSubmit(({ reason, note }) => {
          if (reason) send.mutate({ reason, note });
        })}
      >
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            {t('flag.about')}
          </Text>
          <Radio.Group label={t('flag.reason')} required {...form.getInputProps('reason')}>
            <Stack gap="sm" mt="xs">
              {REASONS.map((reason) => (
                <Radio key={reason} value={reason} label={t(`flag.reasons.${reason}`)} description={t(`flag.what.${reason}`)} />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={t('flag.note')}
            required={form.values.reason === 'other'}
            autosize
            minRows={2}
            maxLength={NOTE_CHARS.max}
            {...form.getInputProps('note')}
          />
          <DialogButtons onCancel={close} loading={send.isPending}>
            {t('flag.send')}
          </DialogButtons>
        </Stack>
      </form>
    </Dialog>
  );
}
