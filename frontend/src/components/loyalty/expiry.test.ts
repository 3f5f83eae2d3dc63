import { expect, test } from 'vitest';
import { expiryOf, policyOf } from './expiry';

test.each([
  ['P90D', { count: 90, unit: 'D', roundUp: 'day' }],
  ['P12M/quarter', { count: 12, unit: 'M', roundUp: 'quarter' }],
  ['P2Y/year', { count: 2, unit: 'Y', roundUp: 'year' }],
] as const)('%s is read, and written again as it was', (policy, expiry) => {
  expect(expiryOf(policy)).toEqual(expiry);
  expect(policyOf(expiry)).toBe(policy);
});

test.each([undefined, '', 'none', 'P12W', '12M'])('by %j points never expire', (policy) => {
  expect(expiryOf(policy)).toBeUndefined();
});
