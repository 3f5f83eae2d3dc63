import type { RuleView, Terms } from '@regulars/client';
import { expect, test } from 'vitest';
import { hasAmounts, type RuleValues, statusOf, termsOf, valuesOf } from './ruleForm';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const rule = (changes: object = {}) => ({ name: 'Base', trigger: 'purchase', version: 1, terms: {}, ...changes }) as unknown as RuleView;
/** What is sent: fields that are undefined are absent. */
const sent = (values: RuleValues) => JSON.parse(JSON.stringify(termsOf(values))) as Terms;

const FULL = {
  kind: 'base',
  points: 2,
  per_minor: 100,
  currency: 'USD',
  rounding: 'half_up',
  scope: 'line',
  hold_days: 0,
  expires: 'P12M/quarter',
  qualifies: false,
  includes: { tax: true, shipping: false, gift_card: true, points_paid: false },
  conditions: {
    skus: ['A-1'],
    categories: ['beans'],
    channels: ['web'],
    weekdays: [6, 7],
    hours: { from: 0, until: 12 },
    min_amount_minor: 0,
    tier_rank_min: 2,
    first_purchase: false,
  },
  priority: 5,
  combine: 'max',
  cap: { points: 500, period: 'week', over: 'reject' },
} as const;

test('a rule that is opened and saved is as it was', () => {
  const { cap, ...terms } = FULL;
  expect(sent(valuesOf(rule({ terms: FULL })))).toEqual({ ...terms, cap });
});

test('of a percentage only what it can have is sent', () => {
  const values = valuesOf(rule({ terms: { ...FULL, kind: 'percent_bonus', exclusive_group: 'summer' } }));
  const { per_minor, combine, cap, ...rest } = sent(values);
  expect([per_minor, combine, cap]).toEqual([undefined, undefined, undefined]);
  expect(rest).toMatchObject({ kind: 'percent_bonus', priority: 0, exclusive_group: 'summer' });
});

test('a rule for answers has none of the terms of purchases', () => {
  const values = valuesOf(rule({ trigger: 'answer_accepted', terms: { ...FULL, times_per_day: 3 } }));
  expect(sent(values)).toEqual({ points: 2, hold_days: 0, expires: 'P12M/quarter', qualifies: false, times_per_day: 3 });
  expect(sent({ ...values, trigger: 'referral_advocate' })).not.toHaveProperty('times_per_day');
});

test('a new rule has the currency of the site; one without a currency keeps none', () => {
  expect(valuesOf(undefined, 'CHF').terms.currency).toBe('CHF');
  expect(valuesOf(rule(), 'CHF').terms.currency).toBe('');
});

test('hours are both given or neither', () => {
  const values = valuesOf(rule({ terms: FULL }));
  values.terms.conditions.hours = { from: 9, until: '' };
  expect(sent(values).conditions).not.toHaveProperty('hours');
});

test('never is a word of the API and an empty field', () => {
  const values = valuesOf(rule({ terms: { expires: 'none' } }));
  expect(values.terms.expires).toBe('');
  expect(sent(values)).not.toHaveProperty('expires');
});

test.each([
  ['base', {}, true],
  ['percent_bonus', {}, false],
  ['percent_bonus', { min_amount_minor: 0 }, true],
])('a %s with the conditions %j speaks of money: %j', (kind, conditions, speaks) => {
  expect(hasAmounts(valuesOf(rule({ terms: { kind, conditions } })))).toBe(speaks);
});

test.each([
  [{ valid_from: '2026-05-01T00:00:00Z' }, 'active'],
  [{ valid_from: '2026-06-02T00:00:00Z' }, 'scheduled'],
  [{ valid_from: '2026-06-02T00:00:00Z', version: 2 }, 'changing'],
  [{ valid_from: '2026-05-01T00:00:00Z', valid_until: '2026-06-01T00:00:00Z' }, 'ended'],
  [{ valid_from: '2026-05-01T00:00:00Z', archived_at: '2026-05-02T00:00:00Z' }, 'archived'],
])('on 1 June a rule with %j is %s', (changes, status) => {
  expect(statusOf(rule(changes), NOW)).toBe(status);
});
