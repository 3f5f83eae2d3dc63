/** What customers load: one entry that is small enough, and nothing of the staff's pages. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';

const DIST = join(import.meta.dirname, '../dist');
const ENTRY_BYTES_MAX = 230 * 1024;

const source = (path: string) => readFileSync(join(DIST, path), 'utf8');

/** Chunks that a chunk needs before it runs. */
const needs = (chunk: string) =>
  [...source(chunk).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)].map(([, name]) => `assets/${name}`);

function withAllThatItNeeds(chunk: string, found = new Set<string>()): Set<string> {
  if (!found.has(chunk)) {
    found.add(chunk);
    for (const next of needs(chunk)) withAllThatItNeeds(next, found);
  }
  return found;
}

const entry = [...source('index.html').matchAll(/src="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path as string);

test('the entry script is small', () => {
  assert.equal(entry.length, 1);
  const bytes = [...withAllThatItNeeds(entry[0] as string)].reduce((sum, chunk) => sum + brotliCompressSync(source(chunk)).length, 0);
  assert(bytes <= ENTRY_BYTES_MAX, `The entry is ${bytes} bytes compressed, more than ${ENTRY_BYTES_MAX}.`);
});

test('customers never load charts or tables of the staff', () => {
  const charts = readdirSync(join(DIST, 'assets')).filter(
    (name) => name.endsWith('.js') && /recharts|mantine-datatable/.test(source(`assets/${name}`)),
  );
  assert(charts.length > 0, 'No chunk has charts or tables: this test looks for the wrong words.');
  const common = withAllThatItNeeds(entry[0] as string);
  for (const name of charts) assert(!common.has(`assets/${name}`), `${name} is loaded by everybody.`);
});
