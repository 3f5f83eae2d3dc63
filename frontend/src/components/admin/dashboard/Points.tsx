import { Card, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import type { PointsFigures } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { LinkText } from '~/components/links';
import { number } from '~/format';
import { WideTable } from '../WideTable';
import { Figure } from './Figure';
import { Tile } from './Tile';

/** The points in numbers. */
export function Points({ figures, label }: { figures: PointsFigures; label: (day: string) => string }) {
  const { t } = useTranslation(['admin_community', 'admin_loyalty']);
  const { totals, before, now, series } = figures;
  return (
    <Stack component="section" aria-labelledby="points">
      <Title order={2} size="h3" id="points">
        {t('dashboard.points')}
      </Title>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        <Tile label={t('dashboard.issued')} value={number(totals.issued)} now={totals.issued} before={before?.issued} neutral />
        <Tile label={t('dashboard.spent')} value={number(totals.spent)} now={totals.spent} before={before?.spent} neutral />
        <Tile label={t('dashboard.redemptions')} value={number(totals.redemptions)} now={totals.redemptions} before={before?.redemptions} />
        <Tile label={t('dashboard.expired')} value={number(totals.expired)} now={totals.expired} before={before?.expired} neutral />
        <Tile label={t('dashboard.liability')} value={number(now.liability)}>
          <Text size="xs" c="dimmed">
            {t('dashboard.liability_parts', {
              available: number(now.available),
              pending: number(now.pending),
              reserved: number(now.reserved),
            })}
          </Text>
        </Tile>
        <Tile label={t('dashboard.arrears')} value={number(Math.abs(now.arrears))}>
          <Text size="xs" c="dimmed">
            {t('dashboard.arrears_help')}
          </Text>
        </Tile>
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Figure
          title={t('dashboard.issued_spent')}
          kind="bar"
          axis={t('dashboard.from')}
          rows={series.map((step) => ({ at: label(step.from), issued: step.issued, spent: step.spent }))}
          series={[
            { name: 'issued', label: t('dashboard.issued'), colour: 'brand.6' },
            { name: 'spent', label: t('dashboard.spent'), colour: 'grape.6' },
          ]}
          format={number}
        />
        <Figure
          title={t('dashboard.owed')}
          kind="area"
          axis={t('dashboard.from')}
          rows={series.map((step) => ({ at: label(step.from), liability: step.liability, pending: step.pending }))}
          series={[
            { name: 'liability', label: t('dashboard.liability'), colour: 'indigo.6' },
            { name: 'pending', label: t('dashboard.pending'), colour: 'orange.8', dashed: true },
          ]}
          format={number}
        />
        <Figure
          title={t('dashboard.members_by_tier')}
          kind="bar"
          axis={t('dashboard.tier')}
          rows={figures.members_by_tier.map(({ name, members }) => ({ at: name, members }))}
          series={[{ name: 'members', label: t('dashboard.members'), colour: 'brand.6' }]}
          format={number}
        />
        <Card component="section" aria-labelledby="top-rewards">
          <Title order={3} size="h5" id="top-rewards" mb="sm">
            {t('dashboard.top_rewards')}
          </Title>
          {figures.top_rewards.length === 0 ? (
            <Text c="dimmed">{t('dashboard.no_rewards')}</Text>
          ) : (
            <WideTable label={t('dashboard.table_of', { title: t('dashboard.top_rewards') })} minWidth={300}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('admin_loyalty:redemption.reward')}</Table.Th>
                  <Table.Th scope="col" ta="right">
                    {t('dashboard.redemptions')}
                  </Table.Th>
                  <Table.Th scope="col" ta="right">
                    {t('dashboard.points')}
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {figures.top_rewards.map(({ reward_id, name, redemptions, points }) => (
                  <Table.Tr key={reward_id}>
                    <Table.Td>
                      <LinkText to="/admin/redemptions" search={{ reward: reward_id }} size="sm">
                        {name}
                      </LinkText>
                    </Table.Td>
                    <Table.Td ta="right">{number(redemptions)}</Table.Td>
                    <Table.Td ta="right">{number(points)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </WideTable>
          )}
        </Card>
      </SimpleGrid>
    </Stack>
  );
}
