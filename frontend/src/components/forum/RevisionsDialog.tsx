import { Box, Group, Modal, Stack, Text, VisuallyHidden } from '@mantine/core';
import type { RevisionView } from '@regulars/client';
import { listAnswerRevisionsInfiniteOptions, listQuestionRevisionsInfiniteOptions } from '@regulars/client/react-query';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { AuthorChip } from '../Author';
import { byCursor, Pages } from '../Pages';
import { Empty } from '../states';
import { When } from '../When';
import { changesOf, type Line } from './changes';
import classes from './RevisionsDialog.module.css';
import type { PostRef } from './thread';

const SIGN: Record<Line['kind'], string> = { same: ' ', added: '+', removed: '−' };

/** What a post said before, and what each change made of it. */
export function RevisionsDialog({ of, opened, close }: { of: PostRef; opened: boolean; close: () => void }) {
  const { t } = useTranslation(['forum', 'common']);
  const ofQuestion = of.kind === 'question';
  const onQuestion = useInfiniteQuery({
    ...listQuestionRevisionsInfiniteOptions({ path: { question_id: of.id } }),
    ...byCursor,
    enabled: opened && ofQuestion,
  });
  const onAnswer = useInfiniteQuery({
    ...listAnswerRevisionsInfiniteOptions({ path: { answer_id: of.id } }),
    ...byCursor,
    enabled: opened && !ofQuestion,
  });
  const query = ofQuestion ? onQuestion : onAnswer;
  const known = new Map(query.data?.pages.flatMap(({ items }) => items).map((revision) => [revision.number, revision]));
  return (
    <Modal opened={opened} onClose={close} title={t('revisions.title')} size="xl" closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Pages query={query} empty={<Empty title={t('revisions.none')} />}>
        {(revision) => <Revision key={revision.number} revision={revision} before={known.get(revision.number - 1)} />}
      </Pages>
    </Modal>
  );
}

/** Title, tags and text as one text to compare. */
const wholeOf = ({ title, tags, body }: RevisionView) =>
  [...(title ? [title] : []), ...(tags.length ? [tags.join(', ')] : []), body].join('\n');

function Revision({ revision, before }: { revision: RevisionView; before?: RevisionView }) {
  const { t } = useTranslation(['forum', 'common']);
  const lines = useMemo(() => (before ? changesOf(wholeOf(before), wholeOf(revision)) : undefined), [before, revision]);
  return (
    <Stack gap={6} component="section">
      <Group justify="space-between" gap="xs">
        <Text component="h3" fw={650} size="sm">
          {revision.number === 1 ? t('revisions.original') : t('revisions.number', { number: number(revision.number) })}
        </Text>
        <AuthorChip author={revision.editor} size={20}>
          {'· '}
          <When at={revision.created_at} />
        </AuthorChip>
      </Group>
      {revision.reason && (
        <Text size="sm" fs="italic">
          {revision.reason}
        </Text>
      )}
      <Box className={classes.text} tabIndex={0} role="group" aria-label={t('revisions.text')}>
        {lines
          ? lines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines never move
              <div key={index} data-kind={line.kind}>
                <span aria-hidden>{SIGN[line.kind]} </span>
                {line.kind !== 'same' && <VisuallyHidden>{t(`revisions.${line.kind}`)}</VisuallyHidden>}
                {line.text}
              </div>
            ))
          : wholeOf(revision)}
      </Box>
    </Stack>
  );
}
