import type { Decision, Me, MovementView, PostState, ReviewItem } from '@regulars/client';
import { isAdministrator, isStaff } from '~/session';

/** What spam costs its author on top of what the post earned. */
export const SPAM_COSTS = 100;

/** The decisions in the order of their weight. */
export const DECISIONS: Decision[] = ['approve', 'dismiss', 'restore', 'hide', 'delete', 'warn', 'silence', 'suspend', 'remove_spam'];

/** The lengths that a silence may have. */
export const SILENCE_HOURS = [24, 72, 168, 720];
/** The usual lengths of a suspension; 0 stands for good. */
export const SUSPENSION_HOURS = [24, 168, 720, 2_160, 8_760, 0];

const PERSONAL: Decision[] = ['warn', 'silence', 'suspend', 'remove_spam'];

/** Whether the decision concerns the author and not only the post. */
export const isPersonal = (decision: Decision) => PERSONAL.includes(decision);

/** The hours that a decision may last; none for those without a length. */
export const hoursOf = (decision: Decision | undefined) =>
  decision === 'silence' ? SILENCE_HOURS : decision === 'suspend' ? SUSPENSION_HOURS : [];

/** Who looks at the item just now, if that is somebody else. */
const claimedByAnother = (item: ReviewItem, me: Me, now = Date.now()) =>
  item.claimed_by && item.claimed_by !== me.handle && item.claimed_until && Date.parse(item.claimed_until) > now
    ? item.claimed_by
    : undefined;

/** Why nothing can be decided here, as a key of the locale. */
export function obstacle(item: ReviewItem, me: Me): 'own' | 'claimed' | undefined {
  if (item.author.handle === me.handle) return 'own';
  if (claimedByAnother(item, me)) return 'claimed';
}

/** Whether the server would accept this decision of this person. */
export function mayDecide(decision: Decision, item: ReviewItem, me: Me): boolean {
  if (item.state === 'decided' || obstacle(item, me)) return false;
  if (decision === 'restore') return item.post.state !== 'published';
  return !isPersonal(decision) || isAdministrator(me) || !isStaff(item.author);
}

function stateAfter(decision: Decision, now: PostState): PostState {
  if (decision === 'restore') return 'published';
  if (decision === 'delete' || decision === 'remove_spam' || now === 'deleted') return 'deleted';
  if (decision === 'approve' || decision === 'dismiss') return 'published';
  return decision === 'warn' ? now : 'hidden';
}

/** What a decision does to the post and, signed, to everybody's reputation and points. */
export function effectsOf(decision: Decision, item: ReviewItem): { state: PostState; movements: MovementView[]; spam: boolean } {
  const { state: before } = item.post;
  const state = stateAfter(decision, before);
  const spam = decision === 'remove_spam';
  if (before === 'published' && state !== 'published') return { state, movements: item.effect.if_withdrawn.map(reversed), spam };
  if (before !== 'published' && state === 'published') return { state, movements: item.effect.if_returned, spam };
  return { state, movements: [], spam };
}

/** The API names what would be taken back; people read what they would lose. */
export const reversed = ({ member, reputation, points_pending, points_available }: MovementView): MovementView => ({
  member,
  reputation: -reputation,
  points_pending: -points_pending,
  points_available: -points_available,
});
