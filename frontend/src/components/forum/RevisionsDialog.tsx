import { Group, Stack, Text } from '@mantine/core';
import type { RevisionView } from '@regulars/client';
import { listAnswerRevisionsInfiniteOptions, listQuestionRevisionsInfiniteOptions } from '@regulars/client/react-query';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { number } from '~/format';
import { AuthorChip } from '../AuthorChip';
import ComparedText from '../ComparedText';
import { byCursor, InfiniteList } from '../InfiniteList';
import { Empty } from '../LoadState';
import { RelativeTime } from '../RelativeTime';
import type { PostRef } from './questionCache';

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
      <ComparedText before={before && wholeOf(before)} after={wholeOf(revision)} label={t('revisions.text')} />
    </Stack>
  );
}
