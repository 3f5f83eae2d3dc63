import { Button, Card, Group, Stack, TextInput, Title } from '@mantine/core';
import type { QuestionView } from '@regulars/client';
import { editQuestion } from '@regulars/client';
import { getQuestionOptions } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { showSuccess } from '~/forms';
import { useEditForm, type Version } from '~/useEditForm';
import { useWrite } from '~/useWrite';
import { EditConflict } from '../EditConflict';
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

const versionOf = ({ version, title, body, tags }: QuestionView): Version<Values> => ({
  version: `"${version}"`,
  values: { title, body, tags, reason: '' },
});

/** Changes a question, and says why. */
export function EditQuestion({ question, onDone }: { question: QuestionView; onDone: () => void }) {
  const { t } = useTranslation(['forum', 'common']);
  const chars = useLengths();
  const queries = useQueryClient();
  const edit = useEditForm<Values>({
    draft: `edit.question.${question.id}`,
    lasts: 'until_sent',
    now: versionOf(question),
    read: async () => versionOf(await queries.fetchQuery({ ...getQuestionOptions({ path: { question_id: question.id } }), staleTime: 0 })),
  });
  const { form, begun } = edit;
  const tagErrors = useTagErrors(form);
  const element = useRef<HTMLFormElement>(null);
  const write = useWrite({
    mutationFn: async ({ reason, ...change }: Values) => {
      const { data } = await editQuestion({
        path: { question_id: question.id },
        headers: { 'If-Match': begun.version },
        body: { ...change, ...(reason.trim() && { reason }) },
        throwOnError: true,
      });
      return data;
    },
    onSuccess: (changed) => {
      edit.discard();
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
      edit.refused(error);
      focusFirstError(element.current);
    },
  });
  const submit = form.onSubmit((values) => write.mutate(values));
  return (
    <Card padding="lg" component="form" ref={element} onSubmit={submit}>
      <Stack gap="md">
        <Title order={2} size="h4">
          {t('question.edit')}
        </Title>
        <EditConflict edit={edit} texts={{ title: t('ask.title'), body: t('ask.body') }} />
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
          <Button type="submit" loading={write.isPending}>
            {t('common:save')}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              edit.discard();
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
