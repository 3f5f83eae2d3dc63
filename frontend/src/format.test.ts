import { beforeEach, describe, expect, test } from 'vitest';
import { compact, dayOf, duration, listed, minorDigits, money, number, percent, relative, signed, weekday } from './format';
import { chooseLanguage, ready } from './i18n';

/** Narrow spaces, which languages put between numbers and signs, are spaces to who reads a test. */
const plain = (text: string) => text.replace(/\s/gu, ' ');

describe.each(['en', 'de'] as const)('numbers in %s', (language) => {
  const either = (english: string, german: string) => (language === 'en' ? english : german);
  beforeEach(async () => {
    await ready;
    await chooseLanguage(language);
  });

  test('are grouped', () => expect(number(1_234_567)).toBe(either('1,234,567', '1.234.567')));
  test.each([
    [1_234, either('+1,234', '+1.234')],
    [0, '0'],
    [-5, '−5'],
  ])('%j as a change', (value, text) => expect(signed(value)).toBe(text));
  test('are written alike when they are not short enough to be shortened', () =>
    expect(plain(compact(2_800))).toBe(either('2.8K', '2.800')));
  test('are shortened in passing', () => expect(plain(compact(1_250_000))).toBe(either('1.3M', '1,3 Mio.')));
  test('are shares', () => expect(plain(percent(0.125))).toBe(either('12.5%', '12,5 %')));
  test.each([
    [123_450, 'EUR', either('€1,234.50', '1.234,50 €')],
    [1_234, 'JPY', either('¥1,234', '1.234 ¥')],
    [1_234, 'KWD', either('KWD 1.234', '1,234 KWD')],
  ])('%j minor units of %s', (minor, currency, text) => expect(plain(money(minor, currency))).toBe(text));
  test('are listed', () => expect(listed(['a', 'b', 'c'])).toBe(either('a, b, and c', 'a, b und c')));
  test('are days of the week, from Monday on', () =>
    expect([weekday(1), weekday(7)]).toEqual([either('Monday', 'Montag'), either('Sunday', 'Sonntag')]));
  test.each([
    ['2026-05-12T14:30:00Z', either('3 hours ago', 'vor 3 Stunden')],
    ['2026-05-12T17:30:30Z', either('in 30 seconds', 'in 30 Sekunden')],
    ['2026-05-14T18:00:00Z', either('in 2 days', 'übermorgen')],
    ['2026-05-11T17:30:00Z', either('yesterday', 'gestern')],
  ])('%s seen from that day', (at, text) => expect(relative(at, Date.parse('2026-05-12T17:30:00Z'))).toBe(text));
  test.each([
    [14_400, either('4 hours', '4 Stunden')],
    [172_800, either('2 days', '2 Tage')],
    [1, either('1 second', '1 Sekunde')],
  ])('%j seconds', (seconds, text) => expect(duration(seconds)).toBe(text));
});

test('a calendar day is the one that was named, in every time zone', async () => {
  await ready;
  await chooseLanguage('en');
  expect([dayOf('2026-05-01'), dayOf('2026-05-01', 'month')]).toEqual(['May 1', 'May 2026']);
});

test('minor units have the digits of their currency', () => expect(['EUR', 'JPY', 'KWD'].map(minorDigits)).toEqual([2, 0, 3]));
