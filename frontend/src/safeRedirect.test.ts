import { expect, test } from 'vitest';
import { safeRedirect } from './safeRedirect';

test.each([
  ['/points?tab=tiers#top', '/points?tab=tiers#top'],
  ['/signals', '/signals'],
  ['//evil.example', undefined],
  ['/\\evil.example', undefined],
  ['https://evil.example/', undefined],
  ['javascript:alert(1)', undefined],
  ['points', undefined],
  ['/sign-in?next=/points', undefined],
  ['/a/../sign-up', undefined],
  [undefined, undefined],
  [['/points'], undefined],
])('after signing in, %j leads to %j', (next, there) => {
  expect(safeRedirect(next)).toBe(there);
});
