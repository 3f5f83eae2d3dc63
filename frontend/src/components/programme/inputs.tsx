import { NumberInput, type NumberInputProps, Select, type SelectProps, TextInput, type TextInputProps } from '@mantine/core';
import { listTiersOptions } from '@regulars/client/react-query';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { minorDigits, number } from '~/format';
import { locale } from '~/i18n';

/** A number that may not be filled in yet. */
export type Filled = number | '';

/** What the API takes of a number field. */
export const given = (value: Filled): number | undefined => (value === '' ? undefined : value);

const separatorOf = (type: 'decimal' | 'group') =>
  new Intl.NumberFormat(locale()).formatToParts(12_345.6).find((part) => part.type === type)?.value ?? '';

type NumberProps = Omit<NumberInputProps, 'value' | 'onChange'> & { value?: Filled; onChange?: (value: Filled) => void };

/** Whole numbers: points, pieces, days. */
export function WholeInput({ onChange, ...props }: NumberProps) {
  return (
    <NumberInput
      allowDecimal={false}
      allowNegative={(props.min ?? 0) < 0}
      thousandSeparator={separatorOf('group')}
      decimalSeparator={separatorOf('decimal')}
      {...props}
      onChange={(value) => onChange?.(typeof value === 'number' ? value : '')}
    />
  );
}

/** An amount of money, typed as people write it and kept in minor units of its currency. */
export function MoneyInput({ value = '', onChange, currency, ...props }: NumberProps & { currency?: string }) {
  const digits = currency?.length === 3 ? minorDigits(currency) : 2;
  const minorOf = (typed: number | string) => (typeof typed === 'number' ? Math.round(typed * 10 ** digits) : '');
  // What is being typed, such as "0.0", is not yet an amount and must not be rewritten.
  const [typed, setTyped] = useState<number | string>('');
  const shown = minorOf(typed) === value ? typed : value === '' ? '' : value / 10 ** digits;
  return (
    <NumberInput
      min={0}
      decimalScale={digits}
      allowNegative={false}
      decimalSeparator={separatorOf('decimal')}
      allowedDecimalSeparators={['.', ',']}
      rightSection={currency}
      rightSectionWidth={currency ? 52 : undefined}
      rightSectionProps={{ style: { fontSize: 'var(--mantine-font-size-sm)', pointerEvents: 'none' } }}
      hideControls
      {...props}
      value={shown}
      onChange={(next) => {
        setTyped(next);
        onChange?.(minorOf(next));
      }}
    />
  );
}

/** A currency of ISO 4217, found by its code or its name. */
export function CurrencySelect(props: SelectProps) {
  const data = useMemo(() => {
    const names = new Intl.DisplayNames(locale(), { type: 'currency' });
    return Intl.supportedValuesOf('currency').map((code) => ({ value: code, label: `${code} – ${names.of(code)}` }));
  }, []);
  return <Select searchable data={data} limit={50} maxDropdownHeight={240} {...props} />;
}

const two = (value: number) => String(value).padStart(2, '0');

/** An instant as the field of the browser writes it, in the person's own time zone. */
function localOf(at: string) {
  if (!at) return '';
  const day = new Date(at);
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T${two(day.getHours())}:${two(day.getMinutes())}`;
}

/** A day and time; empty for none. */
export function InstantInput({
  value = '',
  onChange,
  ...props
}: Omit<TextInputProps, 'value' | 'onChange'> & { value?: string; onChange?: (value: string) => void }) {
  return (
    <TextInput
      type="datetime-local"
      {...props}
      value={localOf(value)}
      onChange={(event) => onChange?.(event.currentTarget.value ? new Date(event.currentTarget.value).toISOString() : '')}
    />
  );
}

/** A tier by its rank; the ground is for everybody. */
export function TierSelect({
  value,
  onChange,
  ...props
}: Omit<SelectProps, 'value' | 'onChange'> & { value?: number; onChange?: (rank: number) => void }) {
  const { t } = useTranslation('programme');
  const { data } = useQuery(listTiersOptions());
  const tiers = data?.items ?? [];
  const options = tiers.map(({ rank, name, threshold }) => ({
    value: String(rank),
    label: rank === 0 ? t('tier.everybody') : t('tier.from', { name, count: threshold, formatted: number(threshold) }),
  }));
  if (value !== undefined && !tiers.some(({ rank }) => rank === value))
    options.push({ value: String(value), label: t('tier.rank_number', { rank: value }) });
  return (
    <Select allowDeselect={false} data={options} {...props} value={String(value ?? 0)} onChange={(rank) => onChange?.(Number(rank))} />
  );
}
