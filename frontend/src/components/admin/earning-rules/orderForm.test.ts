import { expect, test, vi } from 'vitest';
import { firstOrder, newLine, previewOf } from './orderForm';

test('an order is sent as the API takes it, without keys of lines and empty fields', () => {
  const values = { ...firstOrder('CHF'), purchased_at: '2026-05-01T12:00:00Z', channel: '', shipping_minor: 0 };
  expect(JSON.parse(JSON.stringify(previewOf(values)))).toEqual({
    tier_rank: 0,
    first_purchase: false,
    order: {
      currency: 'CHF',
      purchased_at: '2026-05-01T12:00:00Z',
      lines: [{ sku: 'A-1', quantity: 1, unit_minor: 1_999 }],
      shipping_minor: 0,
    },
  });
});

test('an order without a time is of now', () => {
  vi.useFakeTimers({ now: Date.parse('2026-05-01T12:00:00Z') });
  expect(previewOf(firstOrder()).order.purchased_at).toBe('2026-05-01T12:00:00.000Z');
  vi.useRealTimers();
});

test('lines are told apart', () => {
  expect(newLine().key).not.toBe(newLine().key);
});
