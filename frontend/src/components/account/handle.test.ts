import { expect, test } from 'vitest';
import { isHandle, suggestHandle } from './handle';

test.each([
  ['Anna-Lena Müller', 'anna-lena-mueller'],
  ['Jörg Weiß', 'joerg-weiss'],
  ['  Zoë  O’Neill ', 'zoe-o-neill'],
  ['--_Ada_--', 'ada'],
  ['李雷', ''],
  ['x'.repeat(40), 'x'.repeat(30)],
])('%j suggests the handle %j', (name, handle) => {
  expect(suggestHandle(name)).toBe(handle);
});

test.each([
  ['ada', true],
  ['Ada_2-b', true],
  ['ab', false],
  ['-ada', false],
  ['x'.repeat(30), true],
  ['x'.repeat(31), false],
  ['jörg', false],
])('%j can be a handle: %j', (handle, can) => {
  expect(isHandle(handle)).toBe(can);
});
