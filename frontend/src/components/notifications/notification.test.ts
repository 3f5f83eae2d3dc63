import type { NotificationView } from '@regulars/client';
import i18next, { type TFunction } from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import { chooseLanguage, loadNamespaces, ready } from '~/i18n';
import { linkOf, sentenceOf } from './notification';

const QUESTION = { id: 'q1', title: 'Which grinder?' };
const GROUP = { slug: 'baristas', name: 'Baristas' };
const notification = (kind: NotificationView['kind'], rest: object = {}) => ({ kind, count: 1, ...rest }) as NotificationView;
const translate = i18next.getFixedT(null, 'account') as TFunction<'account'>;

beforeAll(async () => {
  await ready;
  await chooseLanguage('en');
  await loadNamespaces('account');
});

test.each<[NotificationView['kind'], object, string]>([
  ['question_answered', { actor: { display_name: 'Ben' }, question: QUESTION }, 'Ben answered “Which grinder?”'],
  ['question_answered', { count: 3, question: QUESTION }, '3 new answers to “Which grinder?”'],
  ['question_answered', { question: QUESTION }, 'Somebody answered “Which grinder?”'],
  ['post_hidden', { post_id: 'a1' }, 'Your post in “a question that is hidden” was hidden by moderators'],
  ['mentioned', { count: 1_200, question: QUESTION }, 'You were mentioned 1,200 times in “Which grinder?”'],
])('%s with %j says: %s', (kind, rest, sentence) => {
  expect(sentenceOf(translate, notification(kind, rest))).toBe(sentence);
});

test.each<[NotificationView['kind'], object, string]>([
  ['tier_changed', { tier: { name: 'Silver', risen: true } }, 'tier_risen'],
  ['tier_changed', { tier: { name: 'Silver', risen: false } }, 'tier_fallen'],
  ['points_adjusted', { points: 50 }, 'points_added'],
  ['points_adjusted', { points: -50 }, 'points_taken'],
  ['redemption_changed', { redemption: { reward: 'Beans', state: 'refunded' } }, 'redemption_refunded'],
  // A newer server may know states that this page does not.
  ['redemption_changed', { redemption: { reward: 'Beans', state: 'lost' } }, 'redemption_issued'],
])('%s with %j is the sentence %s', (kind, rest, sentence) => {
  const asked: unknown[] = [];
  sentenceOf(((key: string) => asked.push(key)) as unknown as TFunction<'account'>, notification(kind, rest));
  expect(asked).toContain(`notifications.${sentence}`);
});

test('points taken are said without their sign', () => {
  const sentence = sentenceOf(translate, notification('points_adjusted', { points: -1_200, count: 7 }));
  expect(sentence).toContain('1,200');
  expect(sentence).not.toMatch(/[-−7]/);
});

test.each<[NotificationView['kind'], object, object]>([
  ['question_answered', { question: QUESTION, post_id: 'a1' }, { params: { id: 'q1' }, hash: 'a-a1' }],
  ['post_commented', { question: QUESTION, post_id: 'q1' }, { params: { id: 'q1' }, hash: undefined }],
  // The post is to be seen by staff only.
  ['post_hidden', { question: QUESTION, post_id: 'a1' }, { to: '/settings/moderation' }],
  ['post_restored', { question: QUESTION, post_id: 'a1' }, { params: { id: 'q1' }, hash: 'a-a1' }],
  // Its question is hidden.
  ['post_restored', { post_id: 'a1' }, { to: '/settings/moderation' }],
  ['group_requested', { group: GROUP }, { to: '/groups/$slug/members', params: { slug: 'baristas' } }],
  ['group_granted', { group: GROUP }, { to: '/groups/$slug', params: { slug: 'baristas' } }],
  ['redemption_changed', {}, { to: '/rewards/mine' }],
  ['referral_rewarded', { points: 100 }, { to: '/referral' }],
  ['tier_changed', {}, { to: '/points', search: { tab: 'tiers' } }],
  ['points_available', { points: 10 }, { to: '/points' }],
])('%s with %j leads to %j', (kind, rest, link) => {
  expect(linkOf(notification(kind, rest))).toMatchObject(link);
});
