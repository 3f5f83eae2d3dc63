import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { adjustPoints } from '@regulars/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { idempotencyKey } from '~/api';
import { type Filled, WholeInput } from '~/components/programme/inputs';
import { number } from '~/format';
import classes from '../review/review.module.css';
import { ActDialog } from './ActDialog';
import type { Subject } from './customer';

/** Gives or takes points, with the balance before and after in view. */
export function AdjustPoints({ subject: { who, balance }, onClose }: { subject: Subject; onClose: () => void }) {
  const { t } = useTranslation(['admin', 'common']);
  const [key] = useState(idempotencyKey);
  const form = useForm({
    initialValues: { direction: 'add' as 'add' | 'take', points: '' as Filled, expires_on: '', reason: '' },
    validate: {
      points: (points, { direction }) => {
        if (!points) return t('adjust.points_wanted');
        return direction === 'take' && points > balance.available ? t('adjust.too_many', { formatted: number(balance.available) }) : null;
      },
    },
  });
  const { direction, points } = form.values;
  const change = (direction === 'take' ? -1 : 1) * Number(points || 0);
  // What a member owes is repaid by the next points, before any of them can be spent.
  const repaid = change > 0 ? Math.min(change, -balance.arrears) : 0;
  return (
    <ActDialog
      title={t('adjust.title', { name: who.display_name })}
      form={form}
      submit={t(direction === 'take' ? 'adjust.take' : 'adjust.add')}
      reasonHint={t('adjust.reason_hint')}
      onClose={onClose}
      act={async ({ reason, expires_on }) => {
        const { data } = await adjustPoints({
          headers: { 'Idempotency-Key': key },
          body: {
            handle: who.handle,
            points: change,
            reason: reason.trim(),
            expires_at: change > 0 && expires_on ? new Date(`${expires_on}T23:59:59`).toISOString() : undefined,
          },
          throwOnError: true,
        });
        return t('adjust.done', { name: who.display_name, count: data.available, formatted: number(data.available) });
      }}
    >
      <SegmentedControl
        aria-label={t('adjust.direction')}
        data={(['add', 'take'] as const).map((value) => ({ value, label: t(`adjust.${value}`) }))}
        {...form.getInputProps('direction')}
      />
      <WholeInput data-autofocus label={t('adjust.points')} required min={1} {...form.getInputProps('points')} />
      {direction === 'add' && (
        <TextInput
          type="date"
          label={t('adjust.expires')}
          description={t('adjust.expires_hint')}
          {...form.getInputProps('expires_on')}
          error={form.errors.expires_at ?? form.errors.expires_on}
        />
      )}
      <Stack gap={4} className={classes.facts} aria-live="polite">
        <Line label={t('adjust.before')} value={balance.available} />
        <Line label={t('adjust.after')} value={balance.available + change - repaid} strong />
        {balance.arrears < 0 && <Line label={t('adjust.arrears')} value={balance.arrears + repaid} />}
      </Stack>
    </ActDialog>
  );
}

function Line({ label, value, strong }: { label: string; value: number; strong?: boolean }) {
  return (
    <Group justify="space-between">
      <Text size="sm">{label}</Text>
      <Text size="sm" fw={strong ? 700 : 500} c={value < 0 ? 'var(--bad)' : undefined}>
        {number(value)}
      </Text>
    </Group>
  );
}
