import type { Decision, Me, PostState, ReviewItem } from '@regulars/client';
import { expect, test } from 'vitest';
import { DECISIONS, effectsOf, mayDecide, obstacle } from './decisions';

const MOVED = { member: { handle: 'ben' }, reputation: 15, points_pending: 10, points_available: 0 };
const LOST = { ...MOVED, reputation: -15, points_pending: -10, points_available: -0 };
const me = { handle: 'mod', role: 'moderator' } as Me;
const item = (changes: object = {}, state: PostState = 'published') =>
  ({
    state: 'open',
    author: { handle: 'ben', role: 'member' },
    post: { state },
    effect: { if_withdrawn: [MOVED], if_returned: [MOVED] },
    ...changes,
  }) as unknown as ReviewItem;

test.each<[Decision, PostState, PostState, object[]]>([
  ['hide', 'published', 'hidden', [LOST]],
  ['delete', 'published', 'deleted', [LOST]],
  ['suspend', 'published', 'hidden', [LOST]],
  ['warn', 'published', 'published', []],
  ['dismiss', 'published', 'published', []],
  ['hide', 'hidden', 'hidden', []],
  ['restore', 'hidden', 'published', [MOVED]],
  ['approve', 'hidden', 'published', [MOVED]],
  ['silence', 'deleted', 'deleted', []],
])('%s makes a %s post %s, and moves %j', (decision, before, state, movements) => {
  expect(effectsOf(decision, item({}, before))).toEqual({ state, movements, spam: false });
});

test('spam costs more than the post earned', () => {
  expect(effectsOf('remove_spam', item())).toEqual({ state: 'deleted', movements: [LOST], spam: true });
});

test('nobody decides about their own post', () => {
  const own = item({ author: { handle: 'mod', role: 'moderator' } });
  expect(obstacle(own, me)).toBe('own');
  expect(DECISIONS.filter((decision) => mayDecide(decision, own, me))).toEqual([]);
});

test.each([
  ['another, still', 'noor', 60_000, 'claimed'],
  ['another, no longer', 'noor', -60_000, undefined],
  ['oneself', 'mod', 60_000, undefined],
])('an item claimed by %s', (_who, claimed_by, ms, expected) => {
  expect(obstacle(item({ claimed_by, claimed_until: new Date(Date.now() + ms).toISOString() }), me)).toBe(expected);
});

test('moderators sanction members, administrators moderators, too', () => {
  const colleague = item({ author: { handle: 'kim', role: 'moderator' } });
  const sanctions = (of: ReviewItem, by: Me) =>
    (['warn', 'silence', 'suspend', 'remove_spam'] as const).filter((one) => mayDecide(one, of, by));
  expect(sanctions(item(), me)).toHaveLength(4);
  expect(sanctions(colleague, me)).toEqual([]);
  expect(mayDecide('hide', colleague, me)).toBe(true);
  expect(sanctions(colleague, { ...me, role: 'administrator' })).toHaveLength(4);
});

test('what is decided is decided, and what is published needs no restoring', () => {
  expect(DECISIONS.filter((decision) => mayDecide(decision, item({ state: 'decided' }), me))).toEqual([]);
  expect(mayDecide('restore', item(), me)).toBe(false);
  expect(mayDecide('restore', item({}, 'hidden'), me)).toBe(true);
});
