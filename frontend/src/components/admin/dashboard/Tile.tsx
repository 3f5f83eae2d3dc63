import { Card, Group, Text } from '@mantine/core';
import { IconArrowDownRight, IconArrowUpRight, IconMinus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { percent } from '~/format';

/** A key figure, with the change against the period before where there is one. */
export function Tile({
  label,
  value,
  now,
  before,
  lessIsBetter = false,
  neutral = false,
  children,
}: {
  label: string;
  value: string;
  now?: number;
  before?: number;
  lessIsBetter?: boolean;
  /** More is neither good nor bad. */
  neutral?: boolean;
  children?: ReactNode;
}) {
  return (
    <Card padding="sm" mih={108}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fz={26} fw={700} lh={1.3}>
        {value}
      </Text>
      {now !== undefined && before !== undefined && <Change now={now} before={before} lessIsBetter={lessIsBetter} neutral={neutral} />}
      {children}
    </Card>
  );
}

function Change({ now, before, lessIsBetter, neutral }: { now: number; before: number; lessIsBetter: boolean; neutral: boolean }) {
  const { t } = useTranslation('admin_community');
  const more = now > before;
  const Image = now === before ? IconMinus : more ? IconArrowUpRight : IconArrowDownRight;
  const colour = now === before || neutral ? 'dimmed' : more !== lessIsBetter ? 'var(--good)' : 'var(--bad)';
  const words =
    now === before
      ? t('dashboard.same')
      : before === 0
        ? t('dashboard.none_before')
        : t(more ? 'dashboard.more' : 'dashboard.less', { percent: percent(Math.abs(now - before) / Math.abs(before)) });
  return (
    <Group gap={4} wrap="nowrap" c={colour}>
      <Image size={16} aria-hidden />
      <Text size="xs">{words}</Text>
    </Group>
  );
}
