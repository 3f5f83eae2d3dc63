import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { addDays, INTERVALS, type Range, SPANS, spanOf } from './range';

/** Which days the dashboard shows, and how finely. */
export function RangeBar({
  range,
  shown,
  onChange,
}: {
  range: Range;
  shown: { from: string; until: string; step: string };
  onChange: (range: Range) => void;
}) {
  const { t } = useTranslation('admin_community');
  const from = range.from ?? shown.from;
  const to = range.to ?? addDays(shown.until, -1);
  return (
    <Group gap="sm" align="flex-end" mb="lg">
      <NativeSelect
        label={t('dashboard.range')}
        value={spanOf(range) ?? ''}
        onChange={({ currentTarget }) => {
          const days = SPANS.find((span) => String(span) === currentTarget.value);
          onChange(days ? { days } : { from, to, step: range.step });
        }}
        data={[
          ...SPANS.map((span) => ({ value: String(span), label: t('dashboard.last_days', { count: span, formatted: number(span) }) })),
          { value: '', label: t('dashboard.own_range') },
        ]}
      />
      <TextInput
        type="date"
        label={t('dashboard.first_day')}
        value={from}
        max={to}
        onChange={({ currentTarget }) => currentTarget.value && onChange({ from: currentTarget.value, to, step: range.step })}
      />
      <TextInput
        type="date"
        label={t('dashboard.last_day')}
        value={to}
        min={from}
        onChange={({ currentTarget }) => currentTarget.value && onChange({ from, to: currentTarget.value, step: range.step })}
      />
      <NativeSelect
        label={t('dashboard.step_label')}
        value={shown.step}
        onChange={({ currentTarget }) => onChange({ ...range, step: INTERVALS.find((step) => step === currentTarget.value) })}
        data={INTERVALS.map((value) => ({ value, label: t(`dashboard.step.${value}`) }))}
      />
    </Group>
  );
}
