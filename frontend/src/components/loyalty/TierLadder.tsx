import { Badge, Card, Group, Stack, Text, Timeline, Title } from '@mantine/core';
import type { MyTier, TierView } from '@regulars/client';
import { IconCrown } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { date, number } from '~/format';
import { Benefits } from './TierCard';

/** All tiers, lowest first, with the member's own one marked. */
export function TierLadder({ tiers, mine }: { tiers: TierView[]; mine?: number }) {
  const { t } = useTranslation('loyalty');
  const reached = mine === undefined ? -1 : tiers.findLastIndex((tier) => tier.rank <= mine);
  return (
    <Timeline active={reached} bulletSize={32} lineWidth={2} role="list" aria-label={t('tiers.ladder')}>
      {tiers.map((tier) => (
        <Timeline.Item
          key={tier.tier_id}
          role="listitem"
          bullet={<IconCrown size={16} aria-hidden />}
          title={
            <Group gap={8} component="span">
              <span>{tier.name}</span>
              {tier.rank === mine && <Badge component="span">{t('tiers.yours')}</Badge>}
            </Group>
          }
        >
          <Text size="sm" c="dimmed">
            {tier.threshold === 0 ? t('tiers.ground') : t('tiers.threshold', { count: tier.threshold, formatted: number(tier.threshold) })}
          </Text>
          {tier.benefits && <Benefits text={tier.benefits} />}
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

/** When the member rose and fell, and why. */
export function TierHistory({ tier }: { tier: MyTier }) {
  const { t } = useTranslation('loyalty');
  const name = (known: string | undefined, rank: number) => known ?? t('tiers.former', { rank });
  return (
    <Card component="section" aria-labelledby="tier-history" p="lg">
      <Stack gap="sm">
        <Title order={2} size="h4" id="tier-history">
          {t('tiers.history')}
        </Title>
        {tier.history.length === 0 && <Text c="dimmed">{t('tiers.history_none', { name: tier.name })}</Text>}
        {tier.history.map((move) => (
          <div key={move.changed_at}>
            <Text fw={500}>
              {t(move.to_rank > move.from_rank ? 'tiers.rose' : 'tiers.fell', {
                from: name(move.from_name, move.from_rank),
                to: name(move.to_name, move.to_rank),
              })}
            </Text>
            <Text size="sm" c="dimmed">
              {date(move.changed_at)} ·{' '}
              {t(`tiers.cause.${move.reason}`, { count: move.qualifying_points, formatted: number(move.qualifying_points) })}
            </Text>
          </div>
        ))}
      </Stack>
    </Card>
  );
}
