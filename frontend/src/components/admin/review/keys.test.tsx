import { renderHook } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { KEYS, type KeyCommand, keyOf, useReviewKeys } from './keys';

/** The names of the commands that are given while the queue listens. */
function listen(isOn = true) {
  const given: string[] = [];
  const commands = Object.fromEntries(Object.values(KEYS).map((name) => [name, () => given.push(name)]));
  const { unmount } = renderHook(() => useReviewKeys(commands as unknown as Record<KeyCommand, () => void>, isOn));
  return { given, unmount };
}

function press(key: string, options: KeyboardEventInit = {}, target: EventTarget = document.body) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options });
  target.dispatchEvent(event);
  return event;
}

function put(html: string) {
  document.body.insertAdjacentHTML('beforeend', html);
  return document.body.lastElementChild as HTMLElement;
}

afterEach(() => {
  document.body.replaceChildren();
});

test('each key gives its command, by the sign that it writes, and nothing else', () => {
  const { given } = listen();
  for (const key of Object.keys(KEYS)) expect(press(key, { shiftKey: key === '?' }).defaultPrevented).toBe(true);
  expect(given).toEqual(Object.values(KEYS));
  expect(press('q').defaultPrevented).toBe(false);
  expect(given).toHaveLength(Object.keys(KEYS).length);
  expect(keyOf('hide')).toBe('h');
});

test.each<[string, KeyboardEventInit]>([
  ['Control', { ctrlKey: true }],
  ['Command', { metaKey: true }],
  ['Alt', { altKey: true }],
  ['a key held down', { repeat: true }],
])('with %s nothing is hidden', (_name, options) => {
  const { given } = listen();
  press('h', options);
  expect(given).toEqual([]);
});

test.each([
  ['<textarea></textarea>', false],
  ['<input>', false],
  ['<input type="search">', false],
  ['<select></select>', false],
  // Somebody who selects items goes on by keyboard.
  ['<input type="checkbox">', true],
  ['<button>Hide</button>', true],
])('in %s a key acts: %j', (html, acts) => {
  const { given } = listen();
  press('h', {}, put(html));
  expect(given).toEqual(acts ? ['hide'] : []);
});

test('an open dialog has the keyboard for itself', () => {
  const { given } = listen();
  const dialog = put('<div aria-modal="true"></div>');
  press('h');
  dialog.remove();
  press('d');
  expect(given).toEqual(['dismiss']);
});

test('who turned the keys off, or left the queue, is left alone', () => {
  const off = listen(false);
  const left = listen();
  left.unmount();
  press('h');
  expect([...off.given, ...left.given]).toEqual([]);
});

test('what another listener took is not taken twice', () => {
  const { given } = listen();
  const take = vi.fn((event: Event) => event.preventDefault());
  document.body.addEventListener('keydown', take, { once: true });
  press('h');
  expect(take).toHaveBeenCalledOnce();
  expect(given).toEqual([]);
});
