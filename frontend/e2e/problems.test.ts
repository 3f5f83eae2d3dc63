/** Whatever the server refuses, pages say in the reader's language; the server's own sentences are the English ones. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');

/** Codes that no page shows, and why. */
const FOR_PROGRAMS: Record<string, string[]> = {
  'pages ask for parts of lists within their bounds': ['bad_around_me', 'bad_limit'],
  'pages make these keys, and a new one for what was corrected': ['bad_idempotency_key', 'idempotency_key_reused'],
  'pages speak through the generated client': ['method_not_allowed', 'no_such_path', 'unsupported_media_type'],
  'this ends a session, and pages say so themselves': ['bad_refresh_token'],
  'only API keys have scopes': ['missing_scope'],
  'only partners report orders by e-mail address': ['unknown_member'],
  'a load balancer reads this': ['shutting_down'],
  'a page that is told nothing live asks again, in silence': ['too_many_streams'],
};

const catalogue = (language: string): { title: Record<string, string>; detail?: Record<string, string> } =>
  JSON.parse(readFileSync(join(ROOT, 'frontend/src/locales', language, 'problems.json'), 'utf8'));

test('every problem that pages may meet has a title in every language, and a sentence in all but the server’s', () => {
  const rows = [...readFileSync(join(ROOT, 'docs/problems.md'), 'utf8').matchAll(/^\| `(\w+)` \| (\d+) \|/gm)];
  assert(rows.length > 100, 'The catalogue of problems is not read as it is written.');
  const forPrograms = Object.values(FOR_PROGRAMS).flat();
  const codes = new Set(rows.map(([, code]) => code as string));
  for (const code of forPrograms) assert(codes.has(code), `${code} is no code.`);
  const met = rows.filter(([, code]) => !forPrograms.includes(code as string));
  const statuses = new Set(met.map(([, , status]) => status as string));
  for (const language of ['en', 'de']) assert.deepEqual(Object.keys(catalogue(language).title).sort(), [...statuses].sort(), language);
  assert.equal(catalogue('en').detail, undefined, 'This would replace the server’s sentences, which are of the very case.');
  const german = Object.keys(catalogue('de').detail ?? {});
  assert.deepEqual(german.sort(), [...new Set(met.map(([, code]) => code as string))].sort());
});
