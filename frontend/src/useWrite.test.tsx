import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TestApp } from './TestApp';
import { useOnce, useWrite } from './useWrite';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work whose end the test decides. */
function openEnded() {
  const ends: ((answer: string) => void)[] = [];
  const work = vi.fn((_what = '') => new Promise<string>((resolve) => ends.push(resolve)));
  return { ends, work };
}

test('a second click does nothing while the first one works', async () => {
  const { ends, work } = openEnded();
  const { result } = renderHook(() => useOnce(work));
  const first = result.current('buy');
  expect(await result.current('buy')).toBeUndefined();
  ends[0]?.('bought');
  expect(await first).toBe('bought');
  expect(work).toHaveBeenCalledTimes(1);
});

test('the second half of a double click comes too late to start anything, a click after it does not', async () => {
  const work = vi.fn(async () => 'bought');
  const { result } = renderHook(() => useOnce(work));
  await result.current();
  vi.advanceTimersByTime(499);
  await result.current();
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  await result.current();
  expect(work).toHaveBeenCalledTimes(2);
});

test('what failed may be tried again at once', async () => {
  const work = vi.fn(async () => 'bought').mockRejectedValueOnce(new Error('The connection broke.'));
  const { result } = renderHook(() => useOnce(work));
  await expect(result.current()).rejects.toThrow('The connection broke.');
  expect(await result.current()).toBe('bought');
});

test('one function may do several things at a time, each of them once', async () => {
  const { work } = openEnded();
  const { result } = renderHook(() => useOnce(work, (what) => what ?? ''));
  for (const key of ['one', 'other', 'one']) void result.current(key);
  expect(work.mock.calls).toEqual([['one'], ['other']]);
});

test('the work is the one of the latest render', async () => {
  const { result, rerender } = renderHook(({ answer }) => useOnce(async () => answer), { initialProps: { answer: 'old' } });
  rerender({ answer: 'new' });
  expect(await result.current()).toBe('new');
});

test('a form sends one write, tells how it went once, and sends again what was refused', async () => {
  const mutationFn = vi.fn(async (points: number) => points).mockRejectedValueOnce(new Error('refused'));
  const [onError, onSuccess] = [vi.fn(), vi.fn()];
  const { result } = renderHook(() => useWrite({ mutationFn, onError, onSuccess }), { wrapper: TestApp });
  const click = () =>
    act(async () => {
      result.current.mutate(10);
      result.current.mutate(10);
      await vi.advanceTimersByTimeAsync(0);
    });
  await click();
  expect([mutationFn, onError, onSuccess].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0]);
  await click();
  expect([mutationFn, onError, onSuccess].map(({ mock }) => mock.calls.length)).toEqual([2, 1, 1]);
});
