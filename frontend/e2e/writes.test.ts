/** Every write of the pages is sent once, however often somebody clicks. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const SOURCES = join(import.meta.dirname, '../src');
const CLIENT = join(import.meta.dirname, '../../openapi/clients/typescript/src/generated/sdk.gen.ts');

/** Forms that send what their users hand to them. */
const SENDERS = ['components/admin/members/MemberActionDialog.tsx', 'components/groups/GroupForm.tsx'];
/** A session's own requests; what is shown before the server has answered and taken back when it refuses. */
const OTHERWISE = ['api.ts', 'components/account/useSignIn.ts', 'components/forum/useAcceptance.ts', 'components/forum/useVote.ts'];

test('what calls a write of the client sends it by useWrite or useOnce', () => {
  const operations = readFileSync(CLIENT, 'utf8').matchAll(/export const (\w+) = .*\)\.(?:post|put|patch|delete)</g);
  const writes = new RegExp(`\\b(?:${[...operations].map(([, name]) => name).join('|')})\\b`);
  assert(writes.test('adjustPoints') && !writes.test('listTags'), 'The client was not understood.');
  const sender = new RegExp(`from '(?:~|\\.)/useWrite'|${SENDERS.map((path) => path.replace(/.*\/(\w+)\.tsx/, "/$1'")).join('|')}`);
  const found = globSync('**/*.{ts,tsx}', { cwd: SOURCES }).filter((path) => {
    const text = readFileSync(join(SOURCES, path), 'utf8');
    const imported = text.match(/import (?!type)\{([^}]*)\} from '@regulars\/client'/)?.[1] ?? '';
    return writes.test(imported) && !sender.test(text) && !OTHERWISE.includes(path);
  });
  assert.deepEqual(found, []);
  for (const path of SENDERS) assert.match(readFileSync(join(SOURCES, path), 'utf8'), /from '~\/useWrite'/, path);
});
