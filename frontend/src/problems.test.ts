import type { FieldError } from '@regulars/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseLanguage, loadNamespaces, ready } from '~/i18n';
import { sentenceOf } from './problems';

const SENTENCE = 'This must have 20 to 32000 characters.';
const tooShort: FieldError = { pointer: '/body', code: 'length', minimum: 20, maximum: 32_000, detail: SENTENCE };

beforeAll(() => ready);
afterAll(() => chooseLanguage('en'));

test.each<['de' | 'en', FieldError, string]>([
  ['de', tooShort, 'Hier sind 20 bis 32.000 Zeichen nötig.'],
  ['de', { ...tooShort, code: 'range' }, 'Das muss zwischen 20 und 32.000 liegen.'],
  ['de', { pointer: '/title', code: 'missing', detail: 'This is missing.' }, 'Diese Angabe fehlt.'],
  ['de', { pointer: '/email', code: 'invalid', detail: 'This is not an e-mail address.' }, 'This is not an e-mail address.'],
  // The server's English is better than ours: it may be of the very case.
  ['en', tooShort, SENTENCE],
])('in %s, %j is said as: %s', async (language, error, sentence) => {
  await chooseLanguage(language);
  await loadNamespaces('problems');
  expect(sentenceOf(error)).toBe(sentence);
});
