import { Badge, Group, Text } from '@mantine/core';
import type { FoundPost } from '@regulars/client';
import { IconMessage, IconMessageQuestion } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { AuthorChip } from '../AuthorChip';
import { Prose } from '../Prose';
import { RelativeTime } from '../RelativeTime';
import classes from './forum.module.css';
import { QuestionLink } from './QuestionLink';
import { Solved } from './SimilarQuestions';

/** A question or an answer that a search found. */
export function SearchResult({ post }: { post: FoundPost }) {
  const { t } = useTranslation('forum');
  const isAnswer = post.kind === 'answer';
  return (
    <article className={classes.row}>
      <div className={classes.what}>
        <Group gap={6}>
          <Badge
            size="sm"
            color="gray"
            variant="outline"
            c="var(--mantine-color-text)"
            leftSection={isAnswer ? <IconMessage size={12} aria-hidden /> : <IconMessageQuestion size={12} aria-hidden />}
          >
            {t(`search.kind.${post.kind}`)}
          </Badge>
          {post.solved && <Solved />}
        </Group>
        <Text component="h2" className={classes.title}>
          <QuestionLink
            id={post.question_id}
            title={post.title}
            answer={isAnswer ? post.id : undefined}
            inherit
            c="var(--mantine-color-text)"
          />
        </Text>
        <Prose html={post.snippet_html} className={`prose ${classes.snippet}`} />
        <Group gap="sm">
          <AuthorChip author={post.author} size={20}>
            {'· '}
            <RelativeTime at={post.created_at} />
          </AuthorChip>
          <Text size="xs" c="dimmed">
            {t('row.score', { count: post.score, formatted: number(post.score) })}
          </Text>
        </Group>
      </div>
    </article>
  );
}
