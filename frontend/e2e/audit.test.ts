/** What an entry of the audit log says at a glance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesIn } from '../src/components/admin/audit-log/detail.ts';

test('an entry tells the fields that differ, before and after', () => {
  const changes = (detail: Record<string, unknown>) => changesIn(detail).map(({ field, before, after }) => [field, before, after]);
  assert.deepEqual(changes({ from: 'member', to: 'moderator' }), [['state', 'member', 'moderator']]);
  assert.deepEqual(changes({ name: 'Gold', threshold: [500, 700] }), [['threshold', 500, 700]]);
  assert.deepEqual(changes({ from: { name: 'Till', scopes: ['purchases:write'] }, to: { name: 'Till 2', scopes: ['purchases:write'] } }), [
    ['name', 'Till', 'Till 2'],
  ]);
  assert.deepEqual(changes({ from: { name: 'Till', scopes: ['a'] }, to: { name: 'Till', scopes: ['a', 'b'], until: 'May' } }), [
    ['scopes', ['a'], ['a', 'b']],
    ['until', undefined, 'May'],
  ]);
  assert.deepEqual(changes({ points: 5, scopes: ['a', 'b'] }), []);
});
