/** Both languages say the same things. The English of problems’ details is the server’s: problems.test.ts holds those. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const LOCALES = join(import.meta.dirname, '../src/locales');

type Catalogue = { [key: string]: string | Catalogue };

/** Every message by its path, with the values that it takes. */
function messages(catalogue: Catalogue, path = ''): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, message]): [string, string][] =>
    typeof message === 'string'
      ? [
          [
            path + key,
            [...message.matchAll(/\{\{\s*(\w+)/g)]
              .map(([, value]) => value)
              .sort()
              .join(),
          ],
        ]
      : messages(message, `${path}${key}.`),
  );
}

function catalogue(language: string, area: string) {
  const words = JSON.parse(readFileSync(join(LOCALES, language, area), 'utf8'));
  if (area === 'problems.json') for (const key of ['detail', 'field']) delete words[key];
  return new Map(messages(words));
}

for (const area of readdirSync(join(LOCALES, 'en'))) {
  test(`${area} is complete in every language`, () => {
    const english = catalogue('en', area);
    for (const language of readdirSync(LOCALES)) {
      const other = catalogue(language, area);
      assert.deepEqual([...other.keys()].sort(), [...english.keys()].sort(), `${language}: messages`);
      for (const [key, values] of english) {
        // "One point" may do without the number that "{{count}} points" shows.
        if (!key.endsWith('_one')) assert.equal(other.get(key), values, `${language}: values of ${key}`);
      }
    }
  });
}
