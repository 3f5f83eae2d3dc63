import { Card, Group, Text, Title } from '@mantine/core';
import type { LeaderboardEntry, Me, Metric, MyLeaderboardEntry, Period } from '@regulars/client';
import { getLeaderboardOptions } from '@regulars/client/react-query';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { isStaff } from '~/session';
import { LeaderboardRows, Rank } from './LeaderboardRows';

const REACH = 2;

/** Where the member stands, pinned on top; with the neighbours, when the best do not include them. */
export function AroundMe({
  board,
  query,
  me,
  mine,
  top,
}: {
  board: Metric;
  query: { period?: Period; group?: string };
  me: Me;
  mine?: MyLeaderboardEntry;
  top: LeaderboardEntry[];
}) {
  const { t } = useTranslation('loyalty');
  const isFar = mine !== undefined && !top.some((place) => place.member.handle === me.handle);
  const { data: around } = useQuery({
    ...getLeaderboardOptions({ path: { board }, query: { ...query, around_me: REACH } }),
    enabled: isFar,
  });
  if (isStaff(me)) return null;
  return (
    <Card p={0} component="section" aria-labelledby="mine">
      <Group px="md" py="sm" gap="md">
        <Title order={2} size="md" id="mine">
          {t(isFar ? 'boards.around' : 'boards.your_place')}
        </Title>
        {mine ? (
          <Group gap="xs" ml="auto">
            <Rank rank={mine.rank} />
            <Text fw={600}>{t(`boards.score.${board}`, { count: mine.score, formatted: number(mine.score) })}</Text>
          </Group>
        ) : (
          <Text size="sm" c="dimmed">
            {t(me.on_leaderboards ? 'boards.not_listed' : 'boards.opted_out')}
          </Text>
        )}
      </Group>
      {isFar && around && <LeaderboardRows board={board} entries={around.items} mine={me.handle} />}
    </Card>
  );
}
