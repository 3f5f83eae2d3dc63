import { Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import type { RewardView } from '@regulars/client';
import { IconLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { LinkButton } from '../links';
import { faceValueOf, RewardBadges } from './RewardBadges';
import { RewardIcon } from './RewardIcon';

/** A reward in the catalogue, and what keeps the reader from it, if anything does. */
export function RewardCard({ reward, tierName, available }: { reward: RewardView; tierName?: string; available?: number }) {
  const { t } = useTranslation(['loyalty', 'common']);
  const faceValue = faceValueOf(reward);
  return (
    <Card component="article" p="lg" h="100%">
      <Stack gap="sm" h="100%">
        <Group wrap="nowrap" align="flex-start" gap="sm">
          <RewardIcon kind={reward.kind} />
          <div style={{ minWidth: 0 }}>
            <Title order={2} size="md" lh={1.3}>
              {reward.name}
            </Title>
            <Text size="sm" c="dimmed">
              {t(`reward.kind.${reward.kind}`)}
              {faceValue && ` · ${faceValue}`}
            </Text>
          </div>
        </Group>
        {reward.description && (
          <Text size="sm" lineClamp={3}>
            {reward.description}
          </Text>
        )}
        <RewardBadges reward={reward} tierName={tierName} />
        <Stack gap={8} mt="auto" pt={4}>
          <Group justify="space-between" gap="xs">
            <Text fw={700} fz="lg">
              {t('common:points', { count: reward.price_points, formatted: number(reward.price_points) })}
            </Text>
            <RewardAction reward={reward} isMember={available !== undefined} />
          </Group>
          {available !== undefined && reward.affordable === false && <ToGo price={reward.price_points} available={available} />}
        </Stack>
      </Stack>
    </Card>
  );
}

function RewardAction({ reward, isMember }: { reward: RewardView; isMember: boolean }) {
  const { t } = useTranslation('loyalty');
  if (reward.stock_left === 0) return null;
  if (!isMember) {
    return (
      <LinkButton to="/sign-in" search={{ next: `/rewards?reward=${reward.id}` }} variant="default" size="sm">
        {t('reward.sign_in')}
      </LinkButton>
    );
  }
  if (reward.tier_reached === false) {
    return (
      <Group gap={4} c="dimmed">
        <IconLock size={16} aria-hidden />
        <Text size="sm">{t('reward.locked')}</Text>
      </Group>
    );
  }
  if (!reward.affordable) return null;
  return (
    <LinkButton
      to="/rewards"
      search={(search: object) => ({ ...search, reward: reward.id })}
      resetScroll={false}
      size="sm"
      aria-label={t('reward.redeem_named', { name: reward.name })}
    >
      {t('reward.redeem')}
    </LinkButton>
  );
}

function ToGo({ price, available }: { price: number; available: number }) {
  const { t } = useTranslation('loyalty');
  const missing = Math.max(price - available, 0);
  return (
    <Stack gap={4}>
      <Progress value={Math.max((available / price) * 100, 2)} size="sm" aria-hidden />
      <Text size="sm" c="dimmed">
        {t('reward.to_go', { count: missing, formatted: number(missing) })}
      </Text>
    </Stack>
  );
}
