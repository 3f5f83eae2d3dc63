import { Button, Card, Group, Stack, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { QuestionView } from '@regulars/client';
import { editQuestion } from '@regulars/client';
import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { showProblem, showSuccess } from '~/forms';
import { useDraft } from '~/useDraft';
import { useWrite } from '~/useWrite';
import { fieldProps, focusFirstError, useTagErrors } from './fields';
import { REASON_CHARS_MAX, useLengths } from './limits';
import { MarkdownEditor } from './MarkdownEditor';
import { changeCard, changeQuestion } from './questionCache';
import { TagPicker } from './TagPicker';

interface Values {
  title: string;
  body: string;
  tags: string[];
  reason: string;
}

/** Changes a question, and says why. */
export function EditQuestion({ question, onDone }: { question: QuestionView; onDone: () => void }) {
  const { t } = useTranslation(['forum', 'common']);
  const chars = useLengths();
  const queries = useQueryClient();
  // A draft is of the text as it was; it is worth nothing after somebody else's change.
  const { saved, save, discard } = useDraft<Values>(`edit.${question.id}.v${question.version}`);
  const form = useForm<Values>({
    initialValues: saved ?? { title: question.title, body: question.body, tags: question.tags, reason: '' },
    onValuesChange: save,
  });
  const tagErrors = useTagErrors(form);
  const element = useRef<HTMLFormElement>(null);
  const edit = useWrite({
    mutationFn: async ({ reason, ...change }: Values) => {
      const { data } = await editQuestion({
        path: { question_id: question.id },
        headers: { 'If-Match': `"${question.version}"` },
        body: { ...change, ...(reason.trim() && { reason }) },
        throwOnError: true,
      });
      return data;
    },
    onSuccess: (changed) => {
      discard();
      changeQuestion(queries, question.id, (known) => ({ ...changed, answers: known.answers }));
      changeCard(queries, question.id, (card) => ({
        ...card,
        title: changed.title,
        slug: changed.slug,
        excerpt: changed.excerpt,
        tags: changed.tags,
      }));
      showSuccess(t('post.saved'));
      onDone();
    },
    onError: (error) => {
      showProblem(error, form);
      focusFirstError(element.current);
    },
  });
  const submit = form.onSubmit((values) => edit.mutate(values));
  return (
    <Card padding="lg" component="form" ref={element} onSubmit={submit}>
      <Stack gap="md">
        <Title order={2} size="h4">
          {t('question.edit')}
        </Title>
        <TextInput label={t('ask.title')} required maxLength={chars.title.max} data-autofocus {...form.getInputProps('title')} />
        <MarkdownEditor label={t('ask.body')} required chars={chars.body} onSend={() => submit()} {...fieldProps(form, 'body')} />
        <TagPicker label={t('ask.tags')} {...fieldProps(form, 'tags')} error={tagErrors} />
        <TextInput
          label={t('post.reason')}
          description={t('post.reason_hint')}
          maxLength={REASON_CHARS_MAX}
          {...form.getInputProps('reason')}
        />
        <Group gap="xs">
          <Button type="submit" loading={edit.isPending}>
            {t('common:save')}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              discard();
              onDone();
            }}
          >
            {t('common:cancel')}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}
