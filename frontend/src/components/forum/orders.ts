import type { AnswerOrder } from '@regulars/client';

/** How answers can be ordered. Apart from the list, so that an address is understood without loading it. */
export const ORDERS = ['best', 'score', 'newest', 'oldest'] as const satisfies AnswerOrder[];
