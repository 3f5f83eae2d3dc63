import { expect, test } from 'vitest';
import { changedFields, changesIn, fieldsIn } from './detail';

test.each([
  [{ from: 'member', to: 'moderator' }, [{ field: 'state', before: 'member', after: 'moderator', named: false }]],
  [{ stock: [3, 5] }, [{ field: 'stock', before: 3, after: 5, named: true }]],
  [{ words: ['two', 'words'] }, []],
  [
    { state_before: { name: 'Old', price: 5 }, state_after: { name: 'New', price: 5 } },
    [{ field: 'name', before: 'Old', after: 'New', named: true }],
  ],
])('%j says the changes %j', (detail, changes) => {
  expect(changesIn(detail)).toEqual(changes);
});

test('at a glance there are no ids, nothing nested, nothing empty, and no change twice', () => {
  const detail = { from: 'a', to: 'b', reward_id: 'r1', hours: 24, note: '', lines: [], cause: null, points: 0 };
  expect(fieldsIn(detail)).toEqual([
    ['hours', 24],
    ['points', 0],
  ]);
  expect(changedFields(detail)).toBe(2);
});
