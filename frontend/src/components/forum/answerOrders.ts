import type { AnswerOrder } from '@regulars/client';

/** The orders of answers, as they are offered. */
export const ORDERS = ['best', 'score', 'newest', 'oldest'] as const satisfies AnswerOrder[];
