import type { WayToEarn } from '@regulars/client';
import { renderHook } from '@testing-library/react';
import { expect, test } from 'vitest';
import { chooseLanguage, loadNamespaces, ready } from '~/i18n';
import { useWayWording } from './useWayWording';

const purchase = { trigger: 'purchase', kind: 'base', points: 2, per_minor: 100, currency: 'EUR', rounding: 'floor' };
const way = (changes: object) => ({ ...purchase, categories: [], channels: [], weekdays: [], ...changes }) as unknown as WayToEarn;

async function wording(language: 'en' | 'de' = 'en') {
  await ready;
  await chooseLanguage(language);
  await loadNamespaces('loyalty');
  return renderHook(() => useWayWording()).result.current;
}

test.each([
  [{}, '2 points for every €1.00'],
  [{ points: 1, per_minor: 1_000 }, '1 point for every €10.00'],
  [{ kind: 'percent_bonus', points: 25 }, '25% more points'],
  [{ kind: 'fixed_bonus', points: 50 }, '50 points on top for each order'],
  [{ points: 0 }, 'No points'],
  [{ trigger: 'answer_accepted', points: 10 }, '10 points for an answer of yours that is accepted'],
  [{ trigger: 'referral_advocate', points: 1_000 }, '1,000 points for you'],
])('%j gains: %s', async (changes, sentence) => {
  expect((await wording()).gain(way(changes))).toBe(sentence);
});

test.each([
  [{}, 'rounded down'],
  [{ hold_days: 0 }, 'rounded down · yours to spend at once'],
  [{ hold_days: 1 }, 'rounded down · yours to spend after 1 day'],
  [{ expires: 'P12M/quarter' }, 'rounded down · good for 12 months and to the end of the quarter'],
  [{ kind: 'percent_bonus', weekdays: [6, 7], qualifies: true }, 'for orders in EUR · on Saturday and Sunday'],
  [{ min_amount_minor: 5_000, first_purchase: true }, 'for orders from €50.00 · for your first purchase · rounded down'],
  [{ hours: { from: 9, until: 12 }, qualifies: true }, 'from 9:00 to 12:00 · rounded down · counts towards your tier'],
])('%j has the terms: %s', async (changes, sentence) => {
  expect((await wording()).small(way(changes))).toBe(sentence);
});

test('German has sentences and numbers of its own', async () => {
  const { gain } = await wording('de');
  expect(gain(way({ points: 1_000 })).replace(/\s/gu, ' ')).toMatch(/^1\.000 Punkte .*1,00 €/);
});
