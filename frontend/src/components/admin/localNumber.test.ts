/** Numbers as people write them: read as they are meant in their language, or not at all. */
import assert from 'node:assert/strict';
import { test } from 'vitest';
import { readNumber, writeNumber } from './localNumber';

test('a number is read in the language of the page, or refused', () => {
  const unreadable = undefined;
  for (const [locale, digits, text, units] of [
    ['en-GB', 2, '1,234.50', 123_450],
    ['en-GB', 2, '1,000', 100_000],
    ['en-GB', 2, '1000', 100_000],
    ['en-GB', 2, '12.5', 1_250],
    ['en-GB', 2, ' 12. ', 1_200],
    ['en-GB', 2, '.05', 5],
    ['en-GB', 2, '0', 0],
    ['en-GB', 2, '1,234,567.89', 123_456_789],
    ['en-IN', 2, '12,34,567.89', 123_456_789],
    ['en-GB', 2, '12,50', unreadable],
    ['en-GB', 2, '1.234,50', unreadable],
    ['en-GB', 2, '1.234', unreadable],
    ['en-GB', 2, '1,2345', unreadable],
    ['en-GB', 2, ',500', unreadable],
    ['en-GB', 2, '1e3', unreadable],
    ['en-GB', 2, '€ 5', unreadable],
    ['en-GB', 2, '', unreadable],
    ['en-GB', 2, '-', unreadable],
    ['en-GB', 2, '.', unreadable],
    ['en-GB', 2, '99999999999999999', unreadable],
    ['de-DE', 2, '1.234,50', 123_450],
    ['de-DE', 2, '1.000', 100_000],
    ['de-DE', 2, '12,5', 1_250],
    ['de-DE', 2, '12.50', unreadable],
    ['de-DE', 2, '1,234.50', unreadable],
    ['de-DE', 2, '1,000', unreadable],
    ['de-AT', 2, '1 234,50', 123_450],
    ['de-CH', 2, "1'234.50", 123_450],
    ['de-CH', 2, '1’234.50', 123_450],
    ['en-GB', 0, '1,234,567', 1_234_567],
    ['en-GB', 0, '1.5', unreadable],
    ['en-GB', 0, '-5', -5],
    ['en-GB', 0, '−5', -5],
    ['de-DE', 0, '1.000', 1_000],
    ['de-DE', 0, '1,5', unreadable],
    ['en-GB', 3, '1.234', 1_234],
  ] as const)
    assert.equal(readNumber(text, locale, digits), units, `${locale}, ${digits} digits: ${text}`);
});

test('what is written is read again', () => {
  for (const locale of ['en', 'en-GB', 'en-IN', 'en-ZA', 'de', 'de-DE', 'de-AT', 'de-CH'])
    for (const digits of [0, 2, 3])
      for (const units of [0, 5, 100, 123_456, -7_000, 1_234_567_890])
        assert.equal(readNumber(writeNumber(units, locale, digits), locale, digits), units, `${locale}: ${units}`);
});
