import type { GetDashboardData, Interval } from '@regulars/client';

/** How finely the dashboard divides its range. */
export const INTERVALS: Interval[] = ['day', 'week', 'month'];
/** The spans that are offered, in days. */
export const SPANS = [7, 30, 90, 365] as const;
type Span = (typeof SPANS)[number];

const DEFAULT_SPAN: Span = 30;
const DAY = 86_400_000;

/** The dashboard's range as the address says it: the last days, or from a day to a day. */
export interface Range {
  days?: Span;
  from?: string;
  /** The last day, included. */
  to?: string;
  step?: Interval;
}

const day = (value: unknown) => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined);

/** The range that an address names; what is not understood is left out. */
export const rangeOf = (search: Record<string, unknown>): Range => ({
  days: SPANS.find((span) => span === Number(search.days)),
  from: day(search.from),
  to: day(search.to),
  step: INTERVALS.find((step) => step === search.step),
});

const isoDay = (at: number) => new Date(at).toISOString().slice(0, 10);
/** The calendar day so many days after one. */
export const addDays = (date: string, days: number) => isoDay(Date.parse(date) + days * DAY);

function today(now = new Date()) {
  return isoDay(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
}

/** What to ask the server: nothing where its own defaults are meant. */
export function queryOf({ days, from, to, step }: Range): NonNullable<GetDashboardData['query']> {
  if (from || to) return { from, until: to && addDays(to, 1), step };
  if (!days || days === DEFAULT_SPAN) return { step };
  return { from: addDays(today(), 1 - days), until: addDays(today(), 1), step: step ?? (days > 90 ? 'week' : 'day') };
}

/** Which of the offered spans is shown, if any. */
export const spanOf = ({ days, from, to }: Range) => (from || to ? undefined : (days ?? DEFAULT_SPAN));
