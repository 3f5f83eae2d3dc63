import { Select, type SelectProps, TextInput, type TextInputProps } from '@mantine/core';
import { listTiersOptions } from '@regulars/client/react-query';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { minorDigits, number } from '~/format';
import { useBeforeSubmit } from '~/forms';
import { locale } from '~/i18n';
import { readNumber, writeNumber } from './localNumber';

/** A number that may not be filled in yet. */
export type NumberOrEmpty = number | '';

/** What the API takes of a number field. */
export const orUndefined = (value: NumberOrEmpty): number | undefined => (value === '' ? undefined : value);

type NumberProps = Omit<TextInputProps, 'value' | 'onChange'> & {
  value?: NumberOrEmpty;
  onChange?: (value: NumberOrEmpty) => void;
  min?: number;
  max?: number;
  /** What stands behind the number. */
  suffix?: string;
};

/**
 * A number as people write it. What was typed stays as it was typed: a number that cannot be read, or is not between `min` and
 * `max`, is refused at the field, and its form is not sent.
 */
function NumberField({ value = '', onChange, min, max, suffix, digits, onBlur, error, ...props }: NumberProps & { digits: number }) {
  const { t } = useTranslation('common');
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const [isChecked, setChecked] = useState(false);
  const read = (text: string): NumberOrEmpty => readNumber(text, locale(), digits) ?? '';
  const written = (units: number) => writeNumber(units, locale(), digits);
  const shown = read(typed) === value ? typed : value === '' ? '' : written(value);
  const change = (text: string) => {
    setTyped(text);
    onChange?.(read(text));
  };

  const formerDigits = useRef(digits);
  useEffect(() => {
    const wasTyped = readNumber(typed, locale(), formerDigits.current) === value;
    // Another currency has other minor units; the amount is the one that was typed.
    if (formerDigits.current !== digits && wasTyped) change(typed);
    formerDigits.current = digits;
  });

  const fault = () => {
    if (shown.trim() === '') return;
    if (value === '') return t(digits > 0 ? 'number.amount' : 'number.whole', { example: written(1_234_50) });
    if (min !== undefined && value < min) return t('number.min', { min: written(min) });
    if (max !== undefined && value > max) return t('number.max', { max: written(max) });
  };
  const message = fault();
  useBeforeSubmit(input, () => {
    setChecked(true);
    return !message;
  });

  return (
    <TextInput
      ref={input}
      autoComplete="off"
      inputMode={min !== undefined && min < 0 ? 'text' : digits > 0 ? 'decimal' : 'numeric'}
      rightSection={suffix}
      rightSectionWidth={suffix ? 52 : undefined}
      rightSectionProps={{ style: { fontSize: 'var(--mantine-font-size-sm)', pointerEvents: 'none' } }}
      {...props}
      error={(isChecked && message) || error}
      value={shown}
      onChange={(event) => change(event.currentTarget.value)}
      onBlur={(event) => {
        setChecked(true);
        onBlur?.(event);
      }}
    />
  );
}

/** Whole numbers: points, pieces, days. */
export const IntegerInput = (props: NumberProps) => <NumberField min={0} {...props} digits={0} />;

/** An amount of money, in minor units of its currency. */
export const MoneyInput = ({ currency, ...props }: NumberProps & { currency?: string }) => (
  <NumberField min={0} suffix={currency} {...props} digits={currency?.length === 3 ? minorDigits(currency) : 2} />
);

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
export function DateTimeInput({
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
  const { t } = useTranslation('admin_loyalty');
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
