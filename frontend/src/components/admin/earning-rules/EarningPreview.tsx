import { Card, List, Stack, Table, Text, Title } from '@mantine/core';
import type { Grant, PreviewOrder, PreviewView } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { LinkText } from '~/components/links';
import { expiryOf } from '~/components/loyalty/expiry';
import { dateTime, money, number, percent } from '~/format';
import { PropertyRow } from '../Property';
import { WideTable } from '../WideTable';
import { useRuleWording } from './useRuleWording';

/** What a test order would earn, line by line, and which rules say so. */
export function EarningPreview({ tried, preview }: { tried: PreviewOrder; preview: PreviewView }) {
  const { t } = useTranslation('admin_loyalty');
  const { points } = useRuleWording();
  const { lines, currency } = tried.order;
  return (
    <Stack>
      <Card>
        <Text size="sm" c="dimmed">
          {t('try.earns')}
        </Text>
        <Text fz={32} fw={700}>
          {points(preview.points)}
        </Text>
        <Text size="sm">{t('try.available_at', { at: dateTime(preview.available_at) })}</Text>
        <Text size="sm">{t('try.qualifying', { points: points(preview.qualifying_points) })}</Text>
        {preview.limited_by && (
          <Text size="sm">{t('try.limited', { requested: points(preview.requested), granted: points(preview.points) })}</Text>
        )}
      </Card>
      <Card padding={0}>
        <WideTable label={t('try.per_line')} minWidth={320} horizontalSpacing="md" captionSide="top">
          <Table.Caption>{t('try.per_line')}</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('try.sku')}</Table.Th>
              <Table.Th scope="col" ta="right">
                {t('try.net')}
              </Table.Th>
              <Table.Th scope="col" ta="right">
                {t('reward.points')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of an answer never move
              <Table.Tr key={index}>
                <Table.Td>
                  {number(line.quantity)} × {line.sku}
                </Table.Td>
                <Table.Td ta="right">{money(preview.line_net_minor[index] ?? 0, currency)}</Table.Td>
                <Table.Td ta="right">{number(preview.line_points[index] ?? 0)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </WideTable>
      </Card>
      <Title order={2} size="h4">
        {t('try.why')}
      </Title>
      {preview.no_points_reason && <Text>{t(`try.no_points.${preview.no_points_reason}`, { currency })}</Text>}
      {preview.trace.map((grant) => (
        <GrantCard key={grant.rule_version_id} grant={grant} currency={currency} />
      ))}
      <Text size="sm" c="dimmed">
        {t('try.nothing_recorded')}
      </Text>
    </Stack>
  );
}

function GrantCard({ grant, currency }: { grant: Grant; currency: string }) {
  const { t } = useTranslation('admin_loyalty');
  const { points } = useRuleWording();
  const expiry = expiryOf(grant.expires);
  return (
    <Card>
      <LinkText to="/admin/earning-rules/$ruleId" params={{ ruleId: grant.rule_id }} fw={600}>
        {grant.rule}
      </LinkText>
      <PropertyRow label={t('try.basis')}>{money(grant.basis_minor, currency)}</PropertyRow>
      <PropertyRow label={t('try.base_points')}>{number(grant.base_points)}</PropertyRow>
      {grant.bonuses.length > 0 && (
        <PropertyRow label={t('try.bonuses')}>
          <List listStyleType="none" size="sm">
            {grant.bonuses.map((bonus) => (
              <List.Item key={bonus.rule_version_id}>
                {bonus.rule}: +{percent(bonus.percent / 100)}
              </List.Item>
            ))}
          </List>
        </PropertyRow>
      )}
      {grant.limited_by && <PropertyRow label={t('try.before_cap')}>{number(grant.requested)}</PropertyRow>}
      <PropertyRow label={t('try.granted')}>
        <Text span inherit fw={600}>
          {points(grant.points)}
        </Text>
      </PropertyRow>
      <PropertyRow label={t('try.then')}>
        {grant.hold_days === 0 ? t('rule.say.at_once') : t('rule.say.hold', { count: grant.hold_days, formatted: number(grant.hold_days) })}
        {expiry && `, ${t(`rule.say.expires_${expiry.unit}`, { count: expiry.count, formatted: number(expiry.count) })}`}
        {', '}
        {t(grant.qualifies ? 'rule.say.qualifies' : 'rule.say.not_qualifying')}
      </PropertyRow>
    </Card>
  );
}
