import type { CatalogueReward } from '@regulars/client';
import { expect, test } from 'vitest';
import { creationOf, editOf, statusOf, valuesOf } from './rewardForm';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const json = (body: object) => JSON.parse(JSON.stringify(body));
const catalogued = (reward: object = {}, rest: object = {}) =>
  ({ reward: { kind: 'fixed_coupon', name: 'Five off', price_points: 500, ...reward }, ...rest }) as unknown as CatalogueReward;

test.each([
  ['fixed_coupon', { face_value: 500, currency: 'CHF', supplied: 10 }],
  ['percentage_coupon', { face_value: 500, supplied: 10 }],
  ['material', { supplied: 10 }],
  // Its codes are its stock.
  ['code_pool', {}],
] as const)('a new %s is sent with %j', (kind, own) => {
  const values = { ...valuesOf(undefined, 'CHF'), kind, name: 'Five off', price_points: 500, face_value: 500, supplied: 10 };
  const { face_value, currency, supplied } = json(creationOf(values));
  expect(json({ face_value, currency, supplied })).toEqual(own);
});

test('what an edit empties is said as null, what it leaves open is not sent', () => {
  const item = catalogued({ per_member_max: 2, available_from: '2026-05-01T00:00:00Z', available_until: '2026-07-01T00:00:00Z' });
  const values = valuesOf(item);
  expect(editOf(values)).toMatchObject({ per_member_max: 2, available_from: '2026-05-01T00:00:00Z' });
  const emptied = editOf({ ...values, per_member_max: '', available_from: '', available_until: '' });
  expect(emptied).toMatchObject({ per_member_max: null, available_from: null, available_until: null });
  expect(emptied).not.toHaveProperty('supplied');
});

test.each([
  [{}, {}, 'offered'],
  [{ stock_left: 0 }, {}, 'sold_out'],
  [{ available_from: '2026-06-02T00:00:00Z', stock_left: 0 }, {}, 'scheduled'],
  [{ available_until: '2026-06-01T00:00:00Z' }, {}, 'ended'],
  [{}, { archived_at: '2026-05-01T00:00:00Z' }, 'archived'],
])('on 1 June a reward with %j and %j is %s', (reward, rest, status) => {
  expect(statusOf(catalogued(reward, rest), NOW)).toBe(status);
});
