import { renderHook } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { useIdempotencyKey } from './useIdempotencyKey';

/** A form whose requests fail as often as said, and the keys under which they were sent. */
function form(failures: number) {
  const keys: string[] = [];
  const send = vi.fn(async (headers: { 'Idempotency-Key': string }) => {
    keys.push(headers['Idempotency-Key']);
    if (keys.length <= failures) throw new Error('The connection broke.');
    return keys.length;
  });
  const { result, rerender } = renderHook(() => useIdempotencyKey());
  const submit = (request: unknown) => {
    rerender();
    return result.current(request, send).catch(() => 'failed');
  };
  return { keys, submit };
}

test('a retry keeps its key, so that nothing is done twice', async () => {
  const { keys, submit } = form(2);
  for (const answer of ['failed', 'failed', 3]) expect(await submit({ points: 10 })).toBe(answer);
  expect(new Set(keys).size).toBe(1);
});

test('a corrected form has another key, and the first request keeps its own', async () => {
  const { keys, submit } = form(2);
  await submit({ points: 10 });
  await submit({ points: 100 });
  await submit({ points: 10 });
  expect(keys[1]).not.toBe(keys[0]);
  expect(keys[2]).toBe(keys[0]);
});

test('what went through may be asked for again, under a new key', async () => {
  const { keys, submit } = form(0);
  await submit({ points: 10 });
  await submit({ points: 10 });
  expect(new Set(keys).size).toBe(2);
});

test('two forms never share a key, even for one request', async () => {
  const [one, other] = [form(1), form(1)];
  await one.submit({ points: 10 });
  await other.submit({ points: 10 });
  expect(one.keys).not.toEqual(other.keys);
});

test('a key is 128 random bits, also where `crypto.randomUUID` is absent', async () => {
  vi.spyOn(crypto, 'randomUUID').mockImplementation(() => {
    throw new TypeError('crypto.randomUUID is not a function');
  });
  const { keys, submit } = form(0);
  await submit({});
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});
