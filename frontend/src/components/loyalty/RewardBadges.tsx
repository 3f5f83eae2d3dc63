import { Badge, Group } from '@mantine/core';
import type { RewardView } from '@regulars/client';
import { IconClock, IconCrown, IconStack2, IconUserCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { date, money, number } from '~/format';

/** What a reward is worth, in words; undefined where it is not worth an amount. */
export function faceValueOf({ kind, face_value, currency }: RewardView): string | undefined {
  if (face_value === undefined || face_value === null) return undefined;
  if (kind === 'percentage_coupon') return `${number(face_value)} %`;
  return currency ? money(face_value, currency) : undefined;
}

/** The small print of a reward: tier, stock, dates, limit. */
export function RewardBadges({ reward, tierName }: { reward: RewardView; tierName?: string }) {
  const { t } = useTranslation('loyalty');
  const facts = [
    reward.tier_rank_min > 0 && ([IconCrown, t('reward.from_tier', { name: tierName ?? reward.tier_rank_min })] as const),
    reward.stock_left !== undefined &&
      ([
        IconStack2,
        reward.stock_left === 0
          ? t('reward.sold_out')
          : t('reward.left', { count: reward.stock_left, formatted: number(reward.stock_left) }),
      ] as const),
    reward.available_until && ([IconClock, t('reward.until', { date: date(reward.available_until) })] as const),
    reward.per_member_max !== undefined &&
      ([IconUserCheck, t(`reward.limit.${reward.per_member_period}`, { count: reward.per_member_max })] as const),
  ].filter((fact) => fact !== false && fact !== '' && fact !== undefined && fact !== null);
  if (facts.length === 0) return null;
  return (
    <Group gap={6}>
      {facts.map(([Image, label]) => (
        <Badge key={label} variant="default" fw={500} leftSection={<Image size={12} aria-hidden />}>
          {label}
        </Badge>
      ))}
    </Group>
  );
}
