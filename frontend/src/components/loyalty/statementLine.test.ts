import type { StatementLine } from '@regulars/client';
import { expect, test } from 'vitest';
import { changeOf, pointsOf, sentenceOf } from './statementLine';

const line = (kind: StatementLine['kind'], changes: Partial<StatementLine>) =>
  ({ kind, available: 0, pending: 0, reserved: 0, arrears: 0, ...changes }) as StatementLine;

test.each<[StatementLine['kind'], Partial<StatementLine>, string, number]>([
  ['earn', { pending: 10 }, 'earn_pending', 10],
  ['earn', { available: 10 }, 'earn', 10],
  // What was owed is paid first.
  ['earn', { available: 4, arrears: 6 }, 'earn', 10],
  ['activate', { pending: -10, available: 10 }, 'activate', 10],
  ['hold', { available: -400, reserved: 400 }, 'hold', 400],
  ['redeem', { reserved: -400 }, 'redeem', 400],
  ['release', { reserved: -400, available: 400 }, 'release', 400],
  ['expire', { available: -25 }, 'expire', 25],
  ['adjust', { available: 50 }, 'adjust', 50],
  ['adjust', { available: -50 }, 'adjust_down', 50],
  ['clawback', { available: -7, arrears: -3 }, 'clawback', 10],
  ['clawback', {}, 'clawback_expired', 0],
  ['transfer', { available: 5, pending: 5 }, 'transfer', 10],
  ['transfer', { available: -5, pending: -5 }, 'transfer_away', 10],
])('%s with %j is told by the sentence %s, of %j points', (kind, changes, sentence, points) => {
  expect(sentenceOf(line(kind, changes))).toBe(sentence);
  expect(pointsOf(line(kind, changes))).toBe(points);
});

test.each([
  [{ available: -400, reserved: 400 }, 'available', -400],
  [{ pending: 10 }, 'pending', 10],
  [{ arrears: -3, pending: -7 }, 'arrears', -3],
  [{}, 'available', 0],
] as const)('of %j the change of the %s is shown', (changes, account, points) => {
  expect(changeOf(line('adjust', changes))).toEqual({ account, points });
});
