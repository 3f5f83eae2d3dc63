import { locale } from './i18n';

/** Whole numbers with the language's grouping. */
export const number = (value: number) => new Intl.NumberFormat(locale()).format(value);

/** With plus or minus in front, for changes. */
export const signed = (value: number) => new Intl.NumberFormat(locale(), { signDisplay: 'exceptZero' }).format(value).replace('-', '−');

/** 12,345 as 12K, for counts that are only looked at in passing. */
export const compact = (value: number) =>
  // Compact notation writes 2,800 without a separator in languages that have no thousands below ten of them.
  new Intl.NumberFormat(locale(), { notation: 'compact', maximumFractionDigits: 1, useGrouping: 'always' }).format(value);

/** `share` of 1 as per cent. */
export const percent = (share: number) => new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 1 }).format(share);

/** Minor units (cents) of an ISO 4217 currency. */
export function money(minor: number, currency: string) {
  const format = new Intl.NumberFormat(locale(), { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** One unit of a currency: "€1.00". */
export const oneUnit = (currency: string) => new Intl.NumberFormat(locale(), { style: 'currency', currency }).format(1);

/** A day, such as "12 May 2026". */
export const date = (at: string) => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(new Date(at));

/** A day and a time, such as "12 May 2026, 14:30". */
export const dateTime = (at: string) => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** "3 hours ago", "in 2 days". */
export function relative(at: string, now = Date.now()) {
  const seconds = (new Date(at).getTime() - now) / 1_000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  const [unit, length] = UNITS.find(([, unitSeconds]) => Math.abs(seconds) >= unitSeconds) ?? ['second', 1];
  return format.format(Math.trunc(seconds / length), unit);
}

/** A span of time: "4 hours", "2 days". */
export function duration(seconds: number, display: 'long' | 'short' | 'narrow' = 'long') {
  const [unit, length] = UNITS.find(([, unitSeconds]) => seconds >= unitSeconds) ?? ['second', 1];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: display, maximumFractionDigits: 0 }).format(seconds / length);
}

/** "a, b and c". */
export const listed = (parts: string[]) => new Intl.ListFormat(locale(), { type: 'conjunction' }).format(parts);

/** How many digits a currency's minor unit has: 2 for EUR, 0 for JPY. */
export const minorDigits = (currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** A calendar day, or the month that begins on it, short enough for an axis. */
export const dayOf = (day: string, step?: 'day' | 'week' | 'month') =>
  new Intl.DateTimeFormat(locale(), {
    timeZone: 'UTC',
    ...(step === 'month' ? { month: 'short', year: 'numeric' } : { day: 'numeric', month: 'short' }),
  }).format(new Date(day));

const MONDAY = Date.UTC(2024, 0, 1);

/** The name of a day of the week; 1 is Monday. */
export const weekday = (day: number, style: 'long' | 'short' = 'long') =>
  new Intl.DateTimeFormat(locale(), { weekday: style, timeZone: 'UTC' }).format(MONDAY + (day - 1) * 86_400_000);
