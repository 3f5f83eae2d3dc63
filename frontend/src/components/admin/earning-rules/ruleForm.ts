import type { Combine, OverCap, Period, Rounding, RoundingScope, RuleKind, RuleView, Terms, Trigger } from '@regulars/client';
import { type NumberOrEmpty, orUndefined } from '../inputs';

/** What can earn points. */
export const TRIGGERS: Trigger[] = ['purchase', 'answer_accepted', 'answer_upvoted', 'referral_advocate', 'referral_referee'];
/** The kinds of rules for purchases. */
export const RULE_KINDS: RuleKind[] = ['base', 'percent_bonus', 'fixed_bonus'];
/** How fractions of a point are rounded. */
export const ROUNDINGS: Rounding[] = ['floor', 'half_up', 'half_even', 'ceil'];
/** What is rounded: the order as a whole, each line, or each piece. */
export const SCOPES: RoundingScope[] = ['order', 'line', 'unit'];
/** How bonuses add up. */
export const COMBINATIONS: Combine[] = ['sum', 'product', 'max'];
/** The spans of time that a cap can hold for. */
export const PERIODS: Period[] = ['all', 'year', 'month', 'week', 'day'];
/** What happens to points beyond a cap. */
export const OVER_CAP: OverCap[] = ['clip', 'reject'];
/** Parts of an order's amount that a rule can count or leave out. */
export const AMOUNTS = ['tax', 'shipping', 'gift_card', 'points_paid'] as const;
/** The days of the week; 1 is Monday. */
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** How long points wait if a rule does not say. */
export const defaultHoldDays = (trigger: Trigger) => (trigger === 'purchase' ? 14 : 7);
/** Whether a rule pays for answers. */
export const isForAnswers = (trigger: Trigger) => trigger === 'answer_accepted' || trigger === 'answer_upvoted';

/** A rule while it is written; its fields are named as the API names them. */
export interface RuleValues {
  name: string;
  trigger: Trigger;
  valid_from: string;
  valid_until: string;
  terms: {
    kind: RuleKind;
    points: NumberOrEmpty;
    per_minor: NumberOrEmpty;
    currency: string;
    rounding: Rounding;
    scope: RoundingScope;
    hold_days: NumberOrEmpty;
    expires: string;
    qualifies: boolean;
    includes: Record<(typeof AMOUNTS)[number], boolean>;
    conditions: {
      skus: string[];
      categories: string[];
      channels: string[];
      weekdays: number[];
      hours: { from: NumberOrEmpty; until: NumberOrEmpty };
      min_amount_minor: NumberOrEmpty;
      tier_rank_min: number;
      first_purchase: '' | 'yes' | 'no';
    };
    priority: NumberOrEmpty;
    exclusive_group: string;
    combine: Combine;
    cap: { points: NumberOrEmpty; period: Period; over: OverCap };
    times_per_day: NumberOrEmpty;
  };
}

/** The form's values for a rule, or for a new one. */
export function valuesOf(rule?: RuleView, defaultCurrency = 'EUR'): RuleValues {
  const { kind, points, per_minor, currency, rounding, scope, hold_days, expires, qualifies, ...rest }: Partial<Terms> = rule?.terms ?? {};
  const conditions = rest.conditions ?? {};
  return {
    name: rule?.name ?? '',
    trigger: rule?.trigger ?? 'purchase',
    valid_from: '',
    valid_until: rule?.valid_until ?? '',
    terms: {
      kind: kind ?? 'base',
      points: points ?? 1,
      per_minor: per_minor ?? '',
      currency: currency ?? (rule ? '' : defaultCurrency),
      rounding: rounding ?? 'floor',
      scope: scope ?? 'order',
      hold_days: hold_days ?? '',
      expires: expires === 'none' ? '' : (expires ?? ''),
      qualifies: qualifies ?? true,
      includes: { tax: false, shipping: false, gift_card: false, points_paid: false, ...rest.includes },
      conditions: {
        skus: conditions.skus ?? [],
        categories: conditions.categories ?? [],
        channels: conditions.channels ?? [],
        weekdays: conditions.weekdays ?? [],
        hours: conditions.hours ?? { from: '', until: '' },
        min_amount_minor: conditions.min_amount_minor ?? '',
        tier_rank_min: conditions.tier_rank_min ?? 0,
        first_purchase: conditions.first_purchase === undefined ? '' : conditions.first_purchase ? 'yes' : 'no',
      },
      priority: rest.priority ?? 0,
      exclusive_group: rest.exclusive_group ?? '',
      combine: rest.combine ?? 'sum',
      cap: { points: rest.cap?.points ?? '', period: rest.cap?.period ?? 'month', over: rest.cap?.over ?? 'clip' },
      times_per_day: rest.times_per_day ?? '',
    },
  };
}

/** Whether the terms speak of amounts of money, which are in some currency. */
export const hasAmounts = ({ trigger, terms }: RuleValues) =>
  trigger === 'purchase' && (terms.kind !== 'percent_bonus' || terms.conditions.min_amount_minor !== '');

/** The terms as written, with only what this trigger and kind can have. */
export function termsOf({ trigger, terms }: RuleValues): Terms {
  const always = {
    points: Number(terms.points),
    hold_days: orUndefined(terms.hold_days),
    expires: terms.expires || undefined,
    qualifies: terms.qualifies,
  };
  if (trigger !== 'purchase') return { ...always, times_per_day: isForAnswers(trigger) ? orUndefined(terms.times_per_day) : undefined };
  const { conditions, kind, cap } = terms;
  const { from, until } = conditions.hours;
  return {
    ...always,
    kind,
    per_minor: kind === 'base' ? orUndefined(terms.per_minor) : undefined,
    currency: terms.currency || undefined,
    rounding: terms.rounding,
    scope: terms.scope,
    includes: terms.includes,
    conditions: {
      skus: conditions.skus,
      categories: conditions.categories,
      channels: conditions.channels,
      weekdays: conditions.weekdays,
      hours: from !== '' && until !== '' ? { from, until } : undefined,
      min_amount_minor: orUndefined(conditions.min_amount_minor),
      tier_rank_min: conditions.tier_rank_min || undefined,
      first_purchase: conditions.first_purchase === '' ? undefined : conditions.first_purchase === 'yes',
    },
    priority: kind === 'base' ? Number(terms.priority) : 0,
    exclusive_group: kind === 'base' ? undefined : terms.exclusive_group || undefined,
    combine: kind === 'base' ? terms.combine : undefined,
    cap: kind === 'percent_bonus' || cap.points === '' ? undefined : { points: cap.points, period: cap.period, over: cap.over },
  };
}

/** Where a rule stands by its validity. A later version may wait while the one before still applies. */
export function statusOf({ archived_at, valid_from, valid_until, version }: RuleView, now = Date.now()) {
  if (archived_at) return 'archived';
  if (new Date(valid_from).getTime() > now) return version > 1 ? 'changing' : 'scheduled';
  if (valid_until && new Date(valid_until).getTime() <= now) return 'ended';
  return 'active';
}

/** How the badge of each status looks. */
export const STATUS_TONES = { active: 'good', changing: 'good', scheduled: 'ahead', ended: 'over', archived: 'over' } as const;
