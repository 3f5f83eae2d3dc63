import { expect, test } from 'vitest';
import { passwordRules } from './passwordRules';

const broken = (password: string) =>
  passwordRules(password, ['ada.lovelace@example.org', 'lovelace', 'ada']).flatMap(([rule, isMet]) => (isMet ? [] : [rule]));

test.each([
  ['a long and quiet river', []],
  ['', ['length', 'different', 'own_words']],
  ['short one', ['length']],
  // Six signs, though twelve units of UTF-16.
  ['🦊🐻🐼🦁🐮🐷', ['length']],
  ['aaaabbbbccccdddd', ['different']],
  ['Lovelace12345', ['own_words']],
  ['password12345', ['own_words']],
  // A short word is in many others.
  ['adagios at night', []],
])('%j breaks %j', (password, rules) => {
  expect(broken(password)).toEqual(rules);
});
