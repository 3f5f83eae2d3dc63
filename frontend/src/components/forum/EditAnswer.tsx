import { Button, Group, Stack, TextInput } from '@mantine/core';
import type { AnswerView } from '@regulars/client';
import { editAnswer, listAnswers } from '@regulars/client';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { showSuccess } from '~/forms';
import { useEditForm, type Version } from '~/useEditForm';
import { useWrite } from '~/useWrite';
import { EditConflict } from '../EditConflict';
import { fieldProps } from './fields';
import { REASON_CHARS_MAX, useLengths } from './limits';
import { MarkdownEditor } from './MarkdownEditor';
import { changeAnswers } from './questionCache';

interface Values {
  body: string;
  reason: string;
}

const versionOf = ({ version, body }: AnswerView): Version<Values> => ({ version: `"${version}"`, values: { body, reason: '' } });

/** Changes an answer, and says why. */
export function EditAnswer({ answer, onDone }: { answer: AnswerView; onDone: () => void }) {
  const { t } = useTranslation(['forum', 'common']);
  const { body: chars } = useLengths();
  const queries = useQueryClient();
  const replace = (changed: AnswerView) =>
    changeAnswers(queries, answer.question_id, (known) => (known.id === answer.id ? changed : known));
  const edit = useEditForm<Values>({
    draft: `edit.answer.${answer.id}`,
    lasts: 'until_sent',
    now: versionOf(answer),
    read: async () => {
      const found = await readAnswer(answer);
      if (found) replace(found);
      return found && versionOf(found);
    },
  });
  const { form, begun } = edit;
  const save = useWrite({
    mutationFn: async ({ body, reason }: Values) => {
      const { data } = await editAnswer({
        path: { answer_id: answer.id },
        headers: { 'If-Match': begun.version },
        body: { body, ...(reason.trim() && { reason }) },
        throwOnError: true,
      });
      return data;
    },
    onSuccess: (changed) => {
      replace(changed);
      edit.discard();
      showSuccess(t('post.saved'));
      onDone();
    },
    onError: edit.refused,
  });
  const submit = form.onSubmit((values) => save.mutate(values));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <EditConflict edit={edit} texts={{ body: t('answer.edit') }} />
        <MarkdownEditor label={t('answer.edit')} chars={chars} autoFocus onSend={() => submit()} {...fieldProps(form, 'body')} />
        <TextInput
          label={t('post.reason')}
          description={t('post.reason_hint')}
          maxLength={REASON_CHARS_MAX}
          {...form.getInputProps('reason')}
        />
        <Group gap="xs">
          <Button type="submit" loading={save.isPending}>
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
    </form>
  );
}

/** The answer as it is now, from the list of its question: the API has no operation for one. */
async function readAnswer({ id, question_id }: AnswerView): Promise<AnswerView | undefined> {
  let cursor: string | undefined;
  do {
    const { data } = await listAnswers({ path: { question_id }, query: { cursor, limit: 100 }, throwOnError: true });
    const found = data.items.find((item) => item.id === id);
    if (found) return found;
    cursor = data.next_cursor ?? undefined;
  } while (cursor);
}
