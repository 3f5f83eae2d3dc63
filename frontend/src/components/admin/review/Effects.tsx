import { Group, List, Stack, Text } from '@mantine/core';
import type { Decision, MovementView, ReviewItem } from '@regulars/client';
import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { listed, number } from '~/format';
import { effectsOf, reversed, SPAM_COSTS } from './decisions';

const BOOKS = ['reputation', 'points_pending', 'points_available'] as const;

/** What everybody would lose or gain by taking the post away and by bringing it back, before anything is decided. */
export function ItemEffects({ item }: { item: ReviewItem }) {
  const { t } = useTranslation('admin_community');
  const isThere = item.post.state === 'published';
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t(isThere ? 'review.if_withdrawn' : 'review.if_returned')}
      </Text>
      <Movements movements={isThere ? item.effect.if_withdrawn.map(reversed) : item.effect.if_returned} />
      <Text size="xs" c="dimmed">
        {t(isThere ? 'review.if_withdrawn_by' : 'review.if_returned_by', { formatted: number(SPAM_COSTS) })}
      </Text>
    </Stack>
  );
}

/** What one decision would do, in sentences. */
export function DecisionEffects({ decision, item }: { decision: Decision; item: ReviewItem }) {
  const { t } = useTranslation('admin_community');
  const { movements, spam } = effectsOf(decision, item);
  return (
    <Stack gap={4}>
      <Text size="sm">{t(`review.does.${decision}`)}</Text>
      <Movements movements={movements} quiet={spam} />
      {spam && <Loses member={item.author.handle} parts={[t('review.reputation', { count: SPAM_COSTS, formatted: number(SPAM_COSTS) })]} />}
    </Stack>
  );
}

function Movements({ movements, quiet }: { movements: MovementView[]; quiet?: boolean }) {
  const { t } = useTranslation('admin_community');
  if (movements.length === 0 && quiet) return null;
  if (movements.length === 0) return <Text size="sm">{t('review.no_effect')}</Text>;
  return (
    <List listStyleType="none" spacing={2} p={0} m={0}>
      {movements.map((movement) => {
        const parts = (sign: 1 | -1) =>
          BOOKS.filter((book) => Math.sign(movement[book]) === sign).map((book) => {
            const count = Math.abs(movement[book]);
            return t(`review.${book}`, { count, formatted: number(count) });
          });
        const [gains, losses] = [parts(1), parts(-1)];
        return (
          <List.Item key={movement.member}>
            {losses.length > 0 && <Loses member={movement.member} parts={losses} />}
            {gains.length > 0 && <Gains member={movement.member} parts={gains} />}
          </List.Item>
        );
      })}
    </List>
  );
}

function Loses({ member, parts }: { member: string; parts: string[] }) {
  const { t } = useTranslation('admin_community');
  return (
    <Group gap={6} wrap="nowrap" c="var(--bad)">
      <IconArrowDownRight size={16} aria-hidden style={{ flex: 'none' }} />
      <Text size="sm">{t('review.loses', { member, what: listed(parts) })}</Text>
    </Group>
  );
}

function Gains({ member, parts }: { member: string; parts: string[] }) {
  const { t } = useTranslation('admin_community');
  return (
    <Group gap={6} wrap="nowrap" c="var(--good)">
      <IconArrowUpRight size={16} aria-hidden style={{ flex: 'none' }} />
      <Text size="sm">{t('review.gains', { member, what: listed(parts) })}</Text>
    </Group>
  );
}
