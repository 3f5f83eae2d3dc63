import { Badge, Text, VisuallyHidden } from '@mantine/core';
import type { LeaderboardEntry, Metric } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { AuthorChip } from '../AuthorChip';
import classes from './LeaderboardRows.module.css';

/** Places of a leaderboard, best first; equals share a rank. */
export function LeaderboardRows({ board, entries, mine }: { board: Metric; entries: LeaderboardEntry[]; mine?: string }) {
  const { t } = useTranslation('loyalty');
  const sharing = (rank: number) => entries.filter((entry) => entry.rank === rank).length > 1;
  return (
    <ol className={classes.rows}>
      {entries.map((entry) => {
        const isMine = entry.member.handle === mine;
        return (
          <li key={entry.member.handle} className={classes.row} data-mine={isMine || undefined}>
            <Rank rank={entry.rank} tied={sharing(entry.rank)} />
            <div className={classes.who}>
              <AuthorChip author={entry.member} size={32}>
                {isMine && (
                  <Badge component="span" size="sm" variant="filled">
                    {t('boards.you')}
                  </Badge>
                )}
              </AuthorChip>
            </div>
            <Text fw={600} className={classes.score}>
              {t(`boards.score.${board}`, { count: entry.score, formatted: number(entry.score) })}
            </Text>
          </li>
        );
      })}
    </ol>
  );
}

const MEDALS = ['gold', 'silver', 'bronze'] as const;

/** A rank, with a medal for the first three. */
export function Rank({ rank, tied = false }: { rank: number; tied?: boolean }) {
  const { t } = useTranslation('loyalty');
  const medal = MEDALS[rank - 1];
  return (
    <span className={classes.rank}>
      <VisuallyHidden>{t('boards.rank', { formatted: number(rank) })}</VisuallyHidden>
      <span className={medal ? `${classes.medal} ${classes[medal]}` : classes.number} aria-hidden>
        {number(rank)}
      </span>
      {tied && (
        <Text span size="xs" c="dimmed">
          {t('boards.tied')}
        </Text>
      )}
    </span>
  );
}
