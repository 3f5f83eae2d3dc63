import { Badge, Text, VisuallyHidden } from '@mantine/core';
import type { LeaderboardEntry, Metric } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { AuthorChip } from '../Author';
import classes from './Places.module.css';

/** Places of a leaderboard, best first; equals share a rank. */
export function Places({ board, places, mine }: { board: Metric; places: LeaderboardEntry[]; mine?: string }) {
  const { t } = useTranslation('loyalty');
  const sharing = (rank: number) => places.filter((place) => place.rank === rank).length > 1;
  return (
    <ol className={classes.places}>
      {places.map((place) => {
        const isMine = place.member.handle === mine;
        return (
          <li key={place.member.handle} className={classes.place} data-mine={isMine || undefined}>
            <Rank rank={place.rank} tied={sharing(place.rank)} />
            <div className={classes.who}>
              <AuthorChip author={place.member} size={32}>
                {isMine && (
                  <Badge component="span" size="sm" variant="filled">
                    {t('boards.you')}
                  </Badge>
                )}
              </AuthorChip>
            </div>
            <Text fw={600} className={classes.score}>
              {t(`boards.score.${board}`, { count: place.score, formatted: number(place.score) })}
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
