import { Box, Group, Stack, Text, VisuallyHidden } from '@mantine/core';
import type { RevisionView } from '@regulars/client';
import { listAnswerRevisionsInfiniteOptions, listQuestionRevisionsInfiniteOptions } from '@regulars/client/react-query';
import { useInfiniteQuery } from '@tanstack/react-query';
import { diffArrays } from 'diff';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { number } from '~/format';
import { AuthorChip } from '../AuthorChip';
import { byCursor, InfiniteList } from '../InfiniteList';
import { Empty } from '../LoadState';
import { RelativeTime } from '../RelativeTime';
import type { PostRef } from './questionCache';
import classes from './RevisionsDialog.module.css';

const SIGN = { same: ' ', added: '+', removed: '−' };

interface Line {
  kind: keyof typeof SIGN;
  text: string;
}

/** Texts that take longer to compare are shown one below the other. */
const COMPARE_MS_MAX = 500;

/** The lines of `after`, with those of `before` that are gone. */
function comparedLines(before: string, after: string): Line[] {
  const [old = [], now = []] = [before, after].map((text) => text.split(/\r?\n/));
  const parts = diffArrays(old, now, { timeout: COMPARE_MS_MAX }) ?? [
    { removed: true, added: false, value: old },
    { removed: false, added: true, value: now },
  ];
  return parts.flatMap(({ added, removed, value }) => {
    const kind = added ? 'added' : removed ? 'removed' : 'same';
    return value.map((text): Line => ({ kind, text }));
  });
}

/** What a post said before, and what each change made of it. */
export default function RevisionsDialog({ of, close }: { of: PostRef; close: () => void }) {
  const { t } = useTranslation(['forum', 'common']);
  const ofQuestion = of.kind === 'question';
  const onQuestion = useInfiniteQuery({
    ...listQuestionRevisionsInfiniteOptions({ path: { question_id: of.id } }),
    ...byCursor,
    enabled: ofQuestion,
  });
  const onAnswer = useInfiniteQuery({
    ...listAnswerRevisionsInfiniteOptions({ path: { answer_id: of.id } }),
    ...byCursor,
    enabled: !ofQuestion,
  });
  const query = ofQuestion ? onQuestion : onAnswer;
  const known = new Map(query.data?.pages.flatMap(({ items }) => items).map((revision) => [revision.number, revision]));
  return (
    <Dialog opened onClose={close} title={t('revisions.title')} size="xl">
      <InfiniteList query={query} empty={<Empty title={t('revisions.none')} />}>
        {(revision) => <Revision key={revision.number} revision={revision} before={known.get(revision.number - 1)} />}
      </InfiniteList>
    </Dialog>
  );
}

/** Title, tags and text as one text to compare. */
const wholeOf = ({ title, tags, body }: RevisionView) =>
  [...(title ? [title] : []), ...(tags.length ? [tags.join(', ')] : []), body].join('\n');

function Revision({ revision, before }: { revision: RevisionView; before?: RevisionView }) {
  const { t } = useTranslation(['forum', 'common']);
  const lines = useMemo(() => (before ? comparedLines(wholeOf(before), wholeOf(revision)) : undefined), [before, revision]);
  return (
    <Stack gap={6} component="section">
      <Group justify="space-between" gap="xs">
        <Text component="h3" fw={650} size="sm">
          {revision.number === 1 ? t('revisions.original') : t('revisions.number', { number: number(revision.number) })}
        </Text>
        <AuthorChip author={revision.editor} size={20}>
          {'· '}
          <RelativeTime at={revision.created_at} />
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
