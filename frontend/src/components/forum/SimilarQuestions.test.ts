import { expect, test } from 'vitest';
import { startOf } from './SimilarQuestions';

test.each([
  ['  Which grinder?  ', 'Which grinder?'],
  ['', ''],
  ['half \ud83d a smile', 'half  a smile'],
  ['a'.repeat(3_000), 'a'.repeat(1_200)],
])('the start of a text is what an address takes', (text, expected) => {
  expect(startOf(text)).toBe(expected);
});

test('what an address makes much of is cut shorter', () => {
  const start = startOf('咖😀'.repeat(2_000));
  expect(start.length).toBeGreaterThan(200);
  expect(encodeURIComponent(start).length).toBeLessThanOrEqual(4_000);
});
