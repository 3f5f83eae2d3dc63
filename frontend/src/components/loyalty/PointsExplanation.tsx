import { List, Stack, Text, Title } from '@mantine/core';
import type { Grant, PurchaseView } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { date, money, number } from '~/format';
import { expiryOf } from './expiry';

/** The server's record of its decision, in the words of somebody who explains it. */
export function PointsExplanation({ purchase }: { purchase: PurchaseView }) {
  const { t } = useTranslation('loyalty');
  return (
    <Stack gap="xs">
      <Title order={3} size="sm">
        {t('why.title')}
      </Title>
      {(purchase.no_points_reason || purchase.trace.length === 0) && (
        <Text size="sm" c="dimmed">
          {t(`why.no_points.${purchase.no_points_reason ?? 'no_rule'}`, { currency: purchase.currency })}
        </Text>
      )}
      {purchase.trace.map((grant) => (
        <div key={`${grant.rule_version_id} ${grant.late?.at}`}>
          <Text size="sm" fw={600}>
            {t('why.rule', { rule: grant.rule, count: grant.points, formatted: number(grant.points) })}
          </Text>
          <List size="sm" c="dimmed" spacing={2} withPadding>
            {steps(t, grant, purchase.currency).map((step) => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
        </div>
      ))}
      {purchase.points_clawed > 0 && (
        <Text size="sm">{t('why.clawed', { count: purchase.points_clawed, formatted: number(purchase.points_clawed) })}</Text>
      )}
    </Stack>
  );
}

const PERIODS = ['all', 'year', 'month', 'week', 'day'] as const;

type Translate = ReturnType<typeof useTranslation<'loyalty'>>['t'];

function steps(t: Translate, grant: Grant, currency: string): string[] {
  const points = (count: number) => ({ count, formatted: number(count) });
  if (grant.late) return [t('why.late', { date: date(grant.late.at) }), ...whenAndWhatFor(t, grant)];
  return [
    grant.basis_minor > 0
      ? t('why.base', { ...points(grant.base_points), money: money(grant.basis_minor, currency) })
      : t('why.base_flat', points(grant.base_points)),
    ...grant.bonuses.map(({ percent, rule }) => t('why.bonus', { percent: number(percent), rule })),
    ...(grant.points < grant.requested
      ? [t('why.capped', { ...points(grant.points), requested: number(grant.requested), cap: capOf(t, grant.limited_by) })]
      : []),
    ...(grant.requested === 0 ? [] : whenAndWhatFor(t, grant)),
  ];
}

function whenAndWhatFor(t: Translate, grant: Grant): string[] {
  const expiry = expiryOf(grant.expires);
  return [
    grant.hold_days > 0 ? t('why.hold', { count: grant.hold_days }) : t('why.at_once'),
    ...(expiry ? [t(`why.expires_${expiry.unit}`, { count: expiry.count, formatted: number(expiry.count) })] : []),
    t(grant.qualifies ? 'why.qualifies' : 'why.does_not_qualify'),
  ];
}

/** The server names a cap as "Rule: 60 points, period day". */
function capOf(t: Translate, limit = ''): string {
  const [, rule, points, word] = /^(.*): (\d+) points, period (\w+)$/.exec(limit) ?? [];
  const period = PERIODS.find((known) => known === word);
  return rule && points && period ? t(`why.cap.${period}`, { rule, count: Number(points), formatted: number(Number(points)) }) : limit;
}
