import { expect, test } from 'vitest';
import { changesOf, rebase } from './rebase';

const BEFORE = { name: 'Baristas', tags: ['milk'], private: false, terms: { points: 1, hours: { from: 8, until: 9 } } };

test.each([
  ['nobody changed anything', {}, {}, {}, []],
  ['only others did', {}, { private: true, name: 'Bean people' }, { private: true, name: 'Bean people' }, []],
  ['only I did', { name: 'Mine' }, {}, { name: 'Mine' }, []],
  ['both changed different things', { name: 'Mine' }, { private: true }, { name: 'Mine', private: true }, []],
  ['both changed the same thing', { name: 'Mine' }, { name: 'Theirs' }, { name: 'Mine' }, ['name']],
  ['both changed it alike', { name: 'Ours' }, { name: 'Ours' }, { name: 'Ours' }, []],
  ['lists are one value', { tags: ['milk', 'beans'] }, { tags: [] }, { tags: ['milk', 'beans'] }, ['tags']],
  [
    'things within things',
    { terms: { points: 2, hours: { from: 7, until: 9 } } },
    { terms: { points: 3, hours: { from: 8, until: 10 } } },
    { terms: { points: 2, hours: { from: 7, until: 10 } } },
    ['terms.points'],
  ],
])('%s', (_what, mine, theirs, values, both) => {
  expect(rebase(BEFORE, { ...BEFORE, ...mine }, { ...BEFORE, ...theirs })).toEqual({ values: { ...BEFORE, ...values }, both });
});

test('only what changed is sent', () => {
  expect(changesOf({ ...BEFORE, tags: [] }, BEFORE)).toEqual({ tags: [] });
  expect(changesOf({ ...BEFORE, tags: ['milk'] }, BEFORE)).toEqual({});
});
