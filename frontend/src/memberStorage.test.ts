import { beforeEach, expect, test, vi } from 'vitest';
import { clearMemberStorage, openMemberStorage, readStored, storageOwner, writeStored } from './memberStorage';

beforeEach(() => {
  localStorage.clear();
  openMemberStorage('elif');
});

test('a value lies under its member, until it is removed', () => {
  writeStored('draft.answer', 'A letter');
  expect(readStored('draft.answer')).toBe('A letter');
  expect(Object.keys(localStorage)).toContain('regulars.kept.elif.draft.answer');
  writeStored('draft.answer', undefined);
  expect(readStored('draft.answer')).toBeUndefined();
});

test('who signs in next finds nothing of the one before', () => {
  writeStored('draft.answer', 'A letter');
  localStorage.setItem('regulars.draft.answer', 'from the time when it belonged to whoever sat here');
  openMemberStorage('elif-too');
  expect(readStored('draft.answer')).toBeUndefined();
  expect(JSON.stringify({ ...localStorage })).not.toMatch(/letter|whoever/);
});

test('signing in again as the same member takes nothing away', () => {
  writeStored('draft.answer', 'A letter');
  openMemberStorage('elif');
  expect(readStored('draft.answer')).toBe('A letter');
});

test('signing out removes all of it, and only that', () => {
  writeStored('draft.answer', 'A letter');
  localStorage.setItem('regulars.language', 'de');
  clearMemberStorage();
  expect(storageOwner()).toBeUndefined();
  expect({ ...localStorage }).toEqual({ 'regulars.language': 'de' });
});

test('a tab of somebody who signed out in another one stores nothing', () => {
  // What the other tab did.
  localStorage.setItem('regulars.member', 'mattis');
  writeStored('draft.answer', 'A letter');
  expect(JSON.stringify({ ...localStorage })).not.toContain('letter');
});

test('what cannot be read is as if it were not there', () => {
  localStorage.setItem('regulars.kept.elif.draft.answer', '{"half');
  expect(readStored('draft.answer')).toBeUndefined();
});

test('a full storage keeps nobody from writing', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
  });
  expect(() => writeStored('draft.answer', 'A letter')).not.toThrow();
});

test.each([
  ['another member signed in', 'regulars.member', 'mattis', 1],
  ['the member signed out', 'regulars.member', null, 1],
  ['something else was stored', 'regulars.language', 'de', 0],
])('a tab starts over when in another one %s', (_what, key, value, reloads) => {
  const reload = vi.spyOn(window.location, 'reload').mockImplementation(() => {});
  if (value === null) localStorage.removeItem(key);
  else localStorage.setItem(key, value);
  window.dispatchEvent(new StorageEvent('storage', { key }));
  expect(reload).toHaveBeenCalledTimes(reloads);
});
