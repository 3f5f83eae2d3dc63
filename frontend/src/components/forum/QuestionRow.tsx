import { Badge, Text, VisuallyHidden } from '@mantine/core';
import type { QuestionCard } from '@regulars/client';
import { IconCheck, IconLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { compact, number } from '~/format';
import { AuthorChip } from '../AuthorChip';
import { LinkText } from '../links';
import { RelativeTime } from '../RelativeTime';
import classes from './forum.module.css';
import { QuestionLink } from './QuestionLink';
import { TagChips } from './TagChips';

/** A question in a list. */
export function QuestionRow({ question, inGroup }: { question: QuestionCard; inGroup?: boolean }) {
  const { t } = useTranslation('forum');
  const { score, answer_count, solved } = question;
  return (
    <article className={classes.row}>
      <div className={classes.counts}>
        <span className={classes.count}>
          <b>{compact(score)}</b> {t('row.votes', { count: score })}
        </span>
        <span className={classes.count} data-answered={answer_count > 0 || undefined} data-solved={solved || undefined}>
          {solved && <IconCheck size={15} stroke={2.5} aria-label={t('row.solved')} />}
          <b>{compact(answer_count)}</b> {t('row.answers', { count: answer_count })}
        </span>
      </div>
      <div className={classes.what}>
        <Text component="h2" className={classes.title}>
          <QuestionLink id={question.id} title={question.title} slug={question.slug} inherit c="var(--mantine-color-text)" />
          {question.closed && (
            <Badge ml={8} size="sm" color="gray" variant="outline" c="dimmed">
              {t('row.closed')}
            </Badge>
          )}
          {question.locked && <IconLock size={15} aria-label={t('row.locked')} className={classes.lock} />}
        </Text>
        {question.excerpt && (
          <Text size="sm" c="dimmed" lineClamp={2}>
            {question.excerpt}
          </Text>
        )}
        <div className={classes.about}>
          <TagChips tags={question.tags} />
          <AuthorChip author={question.author} size={20}>
            {'· '}
            <RelativeTime at={question.created_at} />
            {question.group && !inGroup && (
              <>
                {' · '}
                <LinkText to="/groups/$slug" params={{ slug: question.group.slug }} inherit>
                  {question.group.name}
                </LinkText>
              </>
            )}
          </AuthorChip>
        </div>
      </div>
      <VisuallyHidden>{t('row.comments', { count: question.comment_count, formatted: number(question.comment_count) })}</VisuallyHidden>
    </article>
  );
}
