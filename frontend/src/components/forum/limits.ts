import type { Me } from '@regulars/client';
import { isStaff } from '~/session';
import { useSite } from '~/site';

/** What the API takes; it refuses the rest with a sentence at the field. */
const TITLE_CHARS_MAX = 150;
const BODY_CHARS_MAX = 32_000;
/** The length of a comment, in characters. */
export const COMMENT_CHARS = { min: 1, max: 2_000 };
/** The longest reason of an edit, in characters. */
export const REASON_CHARS_MAX = 300;
/** The length of a flag's note, in characters. */
export const NOTE_CHARS = { min: 10, max: 1_000 };
/** The most tags of a question. */
export const TAGS_MAX = 5;
/** The shortest title that is compared with others, in characters. */
export const SIMILAR_FROM_CHARS = 10;
/** What a tag may be called. */
export const TAG_NAME = /^[a-z0-9+#.-]{1,35}$/;
/** The longest tag, in characters. */
export const TAG_CHARS_MAX = 35;
/** What may become tags: the words of a text, in the form in which the server keeps them. */
export const splitTags = (text: string) =>
  text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);

/** Characters as the server counts them: emoji are one. */
export const lengthOf = (text: string) => Array.from(text.trim()).length;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const ageOf = (created_at: string) => Date.now() - new Date(created_at).getTime();

/** Whether an author may still edit: for a day at trust 0 and 1, for 30 days above. */
export const withinEditWindow = (trust: number, created_at: string) => ageOf(created_at) <= (trust <= 1 ? 1 : 30) * DAY_MS;

/** How long titles and texts are; administrators set the minima. */
export function useLengths() {
  const { title_chars_min, body_chars_min } = useSite();
  return { title: { min: title_chars_min, max: TITLE_CHARS_MAX }, body: { min: body_chars_min, max: BODY_CHARS_MAX } };
}

type Written = { author: { id: string }; created_at: string };

/** Whether a member may accept an answer: askers, their own one after 48 hours; staff, not their own, after 7 days. */
export function mayAccept(me: Pick<Me, 'id' | 'role'>, question: Written, answer: Written): boolean {
  const [asks, answers] = [me.id === question.author.id, me.id === answer.author.id];
  if (asks) return !answers || ageOf(answer.created_at) >= 48 * HOUR_MS;
  return isStaff(me) && !answers && ageOf(question.created_at) >= 7 * DAY_MS;
}
