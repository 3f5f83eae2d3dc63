import { Button, Card, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { askQuestionMutation, getQuestionQueryKey, listGroupsOptions } from '@regulars/client/react-query';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { showProblem, showSuccess } from '~/forms';
import { useDraft } from '~/useDraft';
import { useWrite } from '~/useWrite';
import { fieldProps, focusFirstError, useTagErrors } from './fields';
import { lengthOf, TAGS_MAX, useLengths } from './limits';
import { MarkdownEditor } from './MarkdownEditor';
import { questionAddress } from './QuestionLink';
import { removeQuestionLists } from './questionCache';
import { SimilarHint } from './SimilarHint';
import { TagPicker } from './TagPicker';

interface Values {
  title: string;
  body: string;
  tags: string[];
  group: string;
}

const EMPTY: Values = { title: '', body: '', tags: [], group: '' };
const PAUSE_MS = 350;
const LONG_PAUSE_MS = 1_500;

/** The groups in which the caller may ask. */
function useMyGroups() {
  const { data } = useQuery(listGroupsOptions({ query: { mine: true, limit: 100 } }));
  return (data?.items ?? []).filter((group) => group.my_state === 'active');
}

/** A new question. It survives a reload until it is asked. */
export function AskForm({ group }: { group?: string }) {
  const { t } = useTranslation('forum');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const groups = useMyGroups();
  const chars = useLengths();
  const { saved, save, discard } = useDraft<Values>('ask');
  const [restored, setRestored] = useState(saved !== undefined);
  const form = useForm<Values>({
    initialValues: { ...EMPTY, ...saved, group: group ?? saved?.group ?? '' },
    onValuesChange: (values) => (values.title || values.body || values.tags.length > 0 ? save(values) : discard()),
    validate: {
      title: (title) => (lengthOf(title) < chars.title.min ? t('ask.title_short', { min: chars.title.min }) : null),
      body: (body) => (lengthOf(body) < chars.body.min ? t('ask.body_short', { min: chars.body.min }) : null),
      tags: (tags) => (tags.length === 0 ? t('ask.no_tags', { max: TAGS_MAX }) : null),
    },
  });
  const [title] = useDebouncedValue(form.values.title, PAUSE_MS);
  const [body] = useDebouncedValue(form.values.body, LONG_PAUSE_MS);
  const tagErrors = useTagErrors(form);
  const element = useRef<HTMLFormElement>(null);
  const ask = useWrite({
    ...askQuestionMutation(),
    onSuccess: async (question) => {
      discard();
      removeQuestionLists(queries);
      queries.setQueryData(getQuestionQueryKey({ path: { question_id: question.id } }), question);
      await navigate(questionAddress(question.id, question.slug));
      showSuccess(t('ask.done'));
    },
    onError: (error) => {
      showProblem(error, form);
      focusFirstError(element.current);
    },
  });
  const submit = form.onSubmit(
    ({ group: slug, ...question }) => {
      ask.mutate({ body: { ...question, ...(slug && { group: slug }) } });
    },
    () => focusFirstError(element.current),
  );
  const startOver = () => {
    form.setValues(EMPTY);
    form.clearErrors();
    discard();
    setRestored(false);
  };
  return (
    <Card padding="lg" component="form" ref={element} onSubmit={submit} noValidate>
      <Stack gap="lg">
        {restored && (
          <Group justify="space-between" gap="xs">
            <Text size="sm" c="dimmed">
              {t('editor.restored')}
            </Text>
            <Button size="compact-sm" variant="default" onClick={startOver}>
              {t('ask.start_over')}
            </Button>
          </Group>
        )}
        <div>
          <TextInput
            label={t('ask.title')}
            description={t('ask.title_hint')}
            placeholder={t('ask.title_example')}
            required
            autoComplete="off"
            maxLength={chars.title.max}
            rightSectionWidth={64}
            rightSection={
              <Text size="xs" c="dimmed" aria-hidden>
                {number(lengthOf(form.values.title))}/{number(chars.title.max)}
              </Text>
            }
            {...form.getInputProps('title')}
          />
          <SimilarHint title={title} body={body} />
        </div>
        <MarkdownEditor
          label={t('ask.body')}
          description={t('ask.body_hint')}
          required
          rows={10}
          chars={chars.body}
          onSend={() => submit()}
          {...fieldProps(form, 'body')}
        />
        <TagPicker label={t('ask.tags')} {...fieldProps(form, 'tags')} error={tagErrors} />
        {groups.length > 0 && (
          <Select
            label={t('ask.group')}
            description={t('ask.group_hint')}
            data={[{ value: '', label: t('ask.everybody') }, ...groups.map(({ slug, name }) => ({ value: slug, label: name }))]}
            allowDeselect={false}
            {...form.getInputProps('group')}
          />
        )}
        <Group gap="sm">
          <Button type="submit" loading={ask.isPending}>
            {t('ask.send')}
          </Button>
          <Text size="xs" c="dimmed" visibleFrom="sm">
            {t('editor.shortcut')}
          </Text>
        </Group>
      </Stack>
    </Card>
  );
}
