import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { AnswerView, QuestionView } from '@regulars/client';
import { answerQuestionMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showProblem } from '~/forms';
import { useSignedIn } from '~/session';
import { useTextDraft } from '~/useDraft';
import { useWrite } from '~/useWrite';
import { JoinButton } from '../JoinButton';
import { LinkButton } from '../links';
import { JoinGroupPrompt } from './JoinGroupPrompt';
import { useLengths } from './limits';
import { MarkdownEditor } from './MarkdownEditor';
import { addAnswer } from './questionCache';
import type { Permissions } from './usePermissions';

/** Where an answer is written; for visitors, the way in. */
export function AnswerForm({
  question,
  permissions: { moderates, toJoin },
  onAnswered,
}: {
  question: QuestionView;
  permissions: Permissions;
  onAnswered: (answer: AnswerView) => void;
}) {
  const { t } = useTranslation(['forum', 'common']);
  const signedIn = useSignedIn();
  const here = useRouterState({ select: ({ location }) => location.href });
  const locked = question.locked_at !== undefined && !moderates;
  if (locked || question.closed || question.state !== 'published') return null;
  return (
    <section aria-labelledby="write">
      <Title order={2} size="h4" id="write" mb="sm">
        {t('answer.yours')}
      </Title>
      {toJoin ? (
        <JoinGroupPrompt group={toJoin} />
      ) : signedIn ? (
        <NewAnswer question={question} onAnswered={onAnswered} />
      ) : (
        <Stack gap="sm" align="flex-start">
          <Text c="dimmed">{t('answer.members')}</Text>
          <Group gap="xs">
            <LinkButton to="/sign-in" search={{ next: here }}>
              {t('common:nav.sign_in')}
            </LinkButton>
            <JoinButton next={here} variant="default">
              {t('common:nav.sign_up')}
            </JoinButton>
          </Group>
        </Stack>
      )}
    </section>
  );
}

function NewAnswer({ question, onAnswered }: { question: QuestionView; onAnswered: (answer: AnswerView) => void }) {
  const { t } = useTranslation(['forum', 'common']);
  const { body: chars } = useLengths();
  const queries = useQueryClient();
  const draft = useTextDraft(`answer.${question.id}`);
  const [error, setError] = useState<string>();
  const send = useWrite({
    ...answerQuestionMutation(),
    onSuccess: (answer) => {
      draft.clear();
      addAnswer(queries, answer);
      onAnswered(answer);
    },
    onError: (problem) => showProblem(problem, { setErrors: ({ body }) => setError(body) }),
  });
  const submit = () => send.mutate({ path: { question_id: question.id }, body: { body: draft.text } });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="sm" align="stretch">
        <MarkdownEditor
          label={t('answer.yours')}
          hideLabel
          chars={chars}
          value={draft.text}
          error={error}
          placeholder={t('answer.placeholder')}
          note={draft.restored ? t('editor.restored') : undefined}
          onSend={submit}
          onChange={(text) => {
            setError(undefined);
            draft.change(text);
          }}
        />
        <Group gap="sm">
          <Button type="submit" loading={send.isPending}>
            {t('answer.send')}
          </Button>
          <Text size="xs" c="dimmed" visibleFrom="sm">
            {t('editor.shortcut')}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
