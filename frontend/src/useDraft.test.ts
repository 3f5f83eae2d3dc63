import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clearSession, startSession } from './api';
import { readStored, writeStored } from './memberStorage';
import { useDraftAcrossSignIn, useTextDraft } from './useDraft';

const stored = () => readStored('draft.answer');

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  startSession({ access_token: 'token', member_id: 'elif' });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a text is stored once its writer pauses', () => {
  const { result } = renderHook(() => useTextDraft('answer'));
  act(() => result.current.change('A hand'));
  act(() => result.current.change('A hand grinder'));
  expect(stored()).toBeUndefined();
  vi.advanceTimersByTime(400);
  expect(stored()).toBe('A hand grinder');
});

test('a text is stored when its page is left before the pause', () => {
  const { result, unmount } = renderHook(() => useTextDraft('answer'));
  act(() => result.current.change('A hand grinder'));
  unmount();
  expect(stored()).toBe('A hand grinder');
});

test('a text is stored when its window is closed before the pause', () => {
  const { result } = renderHook(() => useTextDraft('answer'));
  act(() => result.current.change('A hand grinder'));
  window.dispatchEvent(new Event('pagehide'));
  expect(stored()).toBe('A hand grinder');
});

test('who comes back finds the text, and is told that it was restored', () => {
  writeStored('draft.answer', 'A hand grinder');
  const { result } = renderHook(() => useTextDraft('answer', 'As it was'));
  expect(result.current).toMatchObject({ text: 'A hand grinder', restored: true });
});

test('nothing is left of a text that was sent, nor of what was typed just before', () => {
  const { result } = renderHook(() => useTextDraft('answer'));
  act(() => result.current.change('A hand grinder'));
  act(() => result.current.clear());
  vi.runAllTimers();
  expect([result.current.text, stored()]).toEqual(['', undefined]);
});

test.each(['   ', 'As it was'])('no draft is left of %j', (text) => {
  const { result } = renderHook(() => useTextDraft('answer', 'As it was'));
  act(() => result.current.change('Changed'));
  vi.advanceTimersByTime(400);
  act(() => result.current.change(text));
  vi.runAllTimers();
  expect(stored()).toBeUndefined();
});

test('a form that is left is forgotten, unless its session ended', () => {
  const form = () => {
    const { result, unmount } = renderHook(() => useDraftAcrossSignIn<string>('answer'));
    result.current.save('12 Harbour Lane');
    vi.advanceTimersByTime(400);
    return unmount;
  };
  form()();
  expect(stored()).toBeUndefined();
  const leave = form();
  // The session ends by itself.
  localStorage.removeItem('regulars.signed-in');
  leave();
  expect(stored()).toBe('12 Harbour Lane');
  clearSession();
  expect(JSON.stringify({ ...localStorage })).not.toContain('Harbour');
});
