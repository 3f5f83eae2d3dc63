import { Button, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import type { CloseReason, QuestionView } from '@regulars/client';
import { closeQuestionMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { showProblem, showSuccess } from '~/forms';
import { useDraftForm } from '~/useDraftForm';
import { useWrite } from '~/useWrite';
import { changeCard, invalidateQuestion } from './questionCache';
import { useSimilar } from './SimilarQuestions';

const REASONS: CloseReason[] = ['duplicate', 'needs_detail', 'off_topic', 'other'];
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** Closes a question, so that it takes no more answers. */
export function CloseDialog({ question, opened, close }: { question: QuestionView; opened: boolean; close: () => void }) {
  const { t } = useTranslation(['forum', 'common']);
  const queries = useQueryClient();
  const form = useDraftForm<{ reason: CloseReason | ''; duplicate_of: string; note: string }>(`close.${question.id}`, {
    initialValues: { reason: '', duplicate_of: '', note: '' },
    validate: {
      reason: isNotEmpty(t('flag.choose')),
      duplicate_of: (address, { reason }) => (reason === 'duplicate' && !UUID.test(address) ? t('close.no_address') : null),
    },
  });
  const similar = useSimilar(opened ? question.title : '', question.excerpt).filter(({ id }) => id !== question.id);
  const send = useWrite({
    ...closeQuestionMutation(),
    onSuccess: async () => {
      close();
      form.reset();
      changeCard(queries, question.id, (card) => ({ ...card, closed: true }));
      await invalidateQuestion(queries, question.id);
      showSuccess(t('close.done'));
    },
    onError: (error) => showProblem(error, form),
  });
  const submit = ({ reason, duplicate_of, note }: typeof form.values) => {
    if (!reason) return;
    const original = reason === 'duplicate' ? UUID.exec(duplicate_of)?.[0] : undefined;
    send.mutate({
      path: { question_id: question.id },
      body: { reason, ...(original && { duplicate_of: original }), ...(note.trim() && { note }) },
    });
  };
  return (
    <Dialog opened={opened} onClose={close} title={t('close.title')} size="lg">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack gap="md">
          <Radio.Group label={t('close.why')} required {...form.getInputProps('reason')}>
            <Stack gap="sm" mt="xs">
              {REASONS.map((reason) => (
                <Radio key={reason} value={reason} label={t(`close.reasons.${reason}`)} description={t(`close.what.${reason}`)} />
              ))}
            </Stack>
          </Radio.Group>
          {form.values.reason === 'duplicate' && (
            <>
              <TextInput
                label={t('close.original')}
                description={t('close.original_hint')}
                required
                {...form.getInputProps('duplicate_of')}
              />
              {similar.length > 0 && (
                <Stack gap={4} align="flex-start">
                  <Text size="sm" c="dimmed">
                    {t('close.similar')}
                  </Text>
                  {similar.map(({ id, title }) => (
                    <Button
                      key={id}
                      size="compact-sm"
                      variant="default"
                      h="auto"
                      py={3}
                      maw="100%"
                      styles={{ label: { whiteSpace: 'normal', textAlign: 'left' } }}
                      onClick={() => form.setFieldValue('duplicate_of', `${location.origin}/questions/${id}`)}
                    >
                      {title}
                    </Button>
                  ))}
                </Stack>
              )}
            </>
          )}
          <Textarea label={t('close.note')} autosize minRows={2} {...form.getInputProps('note')} />
          <DialogButtons onCancel={close} loading={send.isPending}>
            {t('close.title')}
          </DialogButtons>
        </Stack>
      </form>
    </Dialog>
  );
}
