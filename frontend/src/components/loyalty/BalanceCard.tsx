import { Alert, Card, Divider, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { DatedPoints, PointsView } from '@regulars/client';
import { type Icon, IconCalendarX, IconHourglass } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { date, number } from '~/format';
import { LinkButton } from '../links';
import { RelativeTime } from '../RelativeTime';

const DATES_SHOWN = 4;
/** Farther away, a date says more than "in 2 weeks". */
const isSoon = (at: string) => new Date(at).getTime() - Date.now() < 2 * 86_400_000;

/** How many points there are, and what comes and goes when. */
export function BalanceCard({ points }: { points: PointsView }) {
  const { t } = useTranslation(['loyalty', 'common']);
  const count = (value: number) => ({ count: Math.abs(value), formatted: number(Math.abs(value)) });
  return (
    <Card p="lg" component="section" aria-labelledby="balance">
      <Stack gap="md" h="100%">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Stack gap={0}>
            <Title order={2} size="sm" c="dimmed" fw={500} id="balance">
              {t('balance.available')}
            </Title>
            <Text fz={44} fw={700} lh={1.15}>
              {number(points.available)}
            </Text>
            {points.pending > 0 && <Text c="dimmed">{t('balance.pending', count(points.pending))}</Text>}
          </Stack>
          <LinkButton to="/rewards">{t('balance.spend')}</LinkButton>
        </Group>
        {points.reserved > 0 && <Text size="sm">{t('balance.reserved', count(points.reserved))}</Text>}
        {points.arrears < 0 && (
          <Alert color="orange" title={t('balance.arrears', count(points.arrears))}>
            {t('balance.arrears_detail')}
          </Alert>
        )}
        <Divider mt="auto" />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="lg">
          <Dates icon={IconHourglass} title={t('balance.coming')} none={t('balance.coming_none')} dates={points.becoming_available} />
          <Dates icon={IconCalendarX} title={t('balance.expiring')} none={t('balance.expiring_none')} dates={points.expiring} />
        </SimpleGrid>
      </Stack>
    </Card>
  );
}

function Dates({ icon: Image, title, none, dates }: { icon: Icon; title: string; none: string; dates: DatedPoints[] }) {
  const { t } = useTranslation(['loyalty', 'common']);
  const more = dates.length - DATES_SHOWN;
  return (
    <Stack gap={6}>
      <Group gap={8}>
        <ThemeIcon variant="light" color="gray" size="sm" aria-hidden>
          <Image size={14} />
        </ThemeIcon>
        <Title order={3} size="sm">
          {title}
        </Title>
      </Group>
      {dates.length === 0 && (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      )}
      {dates.slice(0, DATES_SHOWN).map(({ at, points }) => (
        <Group key={at} justify="space-between" gap="xs" wrap="nowrap">
          <Text size="sm" fw={600}>
            {t('common:points', { count: points, formatted: number(points) })}
          </Text>
          <Text size="sm" c="dimmed">
            {isSoon(at) ? <RelativeTime at={at} /> : <time dateTime={at}>{date(at)}</time>}
          </Text>
        </Group>
      ))}
      {more > 0 && (
        <Text size="xs" c="dimmed">
          {t('balance.more_dates', { count: more })}
        </Text>
      )}
    </Stack>
  );
}
