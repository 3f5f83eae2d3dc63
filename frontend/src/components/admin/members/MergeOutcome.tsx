import { Avatar, Box, Group, List, Stack, Table, Text } from '@mantine/core';
import type { MergePreview, PointsAndTier } from '@regulars/client';
import { listTiersOptions } from '@regulars/client/react-query';
import { IconArrowRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { useMovedCounts } from '~/useMovedCounts';
import classes from './merge.module.css';

const POINTS = ['available', 'pending', 'reserved', 'arrears'] as const;

/** What becomes of two members: who is a part of whom, what comes over, what is taken back, and the points around it. */
export function MergeOutcome({ merge: { from, into, outcome } }: { merge: MergePreview }) {
  const { t } = useTranslation(['admin_community', 'common']);
  const movedIn = useMovedCounts();
  const { moved, taken_back } = outcome;
  return (
    <Stack gap="md">
      <Group gap="sm">
        <MemberName member={from} />
        <IconArrowRight size={18} role="img" aria-label={t('merge.becomes')} />
        <MemberName member={into} />
      </Group>
      <Section title={t('merge.moved')} lines={movedIn(moved)} none={t('merge.nothing_moved')} />
      {taken_back.length > 0 && (
        <Section
          title={t('merge.taken_back')}
          lines={taken_back.map(({ of, count, points }) => {
            const what = t(`merge.taken.${of}`, { count, formatted: number(count) });
            return points ? `${what} (${t('common:points', { count: points, formatted: number(points) })})` : what;
          })}
        />
      )}
      <Balances outcome={outcome} />
    </Stack>
  );
}

function MemberName({ member: { handle, display_name } }: { member: MergePreview['from'] }) {
  return (
    <Group gap="xs" wrap="nowrap" miw={0}>
      <Avatar name={display_name} size={32} color="brand" variant="filled" aria-hidden />
      <Box miw={0}>
        <Text size="sm" fw={600} className={classes.name}>
          {display_name}
        </Text>
        <Text size="xs" c="dimmed" className={classes.name}>
          @{handle}
        </Text>
      </Box>
    </Group>
  );
}

function Section({ title, lines, none }: { title: string; lines: string[]; none?: string }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {lines.length === 0 ? (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      ) : (
        <List size="sm">
          {lines.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      )}
    </div>
  );
}

function Balances({ outcome }: { outcome: MergePreview['outcome'] }) {
  const { t } = useTranslation('admin_community');
  const { data: tiers } = useQuery(listTiersOptions());
  const columns = [outcome.from, outcome.into_before, outcome.into_after];
  const tierOf = ({ tier_rank }: PointsAndTier) => tiers?.items.find(({ rank }) => rank === tier_rank)?.name ?? number(tier_rank);
  const rows = POINTS.filter((name) => name === 'available' || columns.some((column) => column[name] !== 0));
  return (
    <Table className={classes.balances} aria-label={t('merge.balances')} fz="sm" horizontalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Td />
          {(['goes', 'before', 'after'] as const).map((name) => (
            <Table.Th key={name} scope="col" ta="right">
              {t(`merge.${name}`)}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((name) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{t(`overview.${name}`)}</Table.Th>
            <Cells values={columns.map((column) => number(column[name]))} />
          </Table.Tr>
        ))}
        <Table.Tr>
          <Table.Th scope="row">{t('members.tier')}</Table.Th>
          <Cells values={columns.map(tierOf)} />
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

/** A row's values; the last one is what remains. */
function Cells({ values: [goes, before, after] }: { values: string[] }) {
  return (
    <>
      <Table.Td ta="right">{goes}</Table.Td>
      <Table.Td ta="right">{before}</Table.Td>
      <Table.Td ta="right" fw={700}>
        {after}
      </Table.Td>
    </>
  );
}
