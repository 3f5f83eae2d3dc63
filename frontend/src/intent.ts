import { useRef } from 'react';
import { idempotencyKey } from './api';

/** The key of what a person wants to be done: the same for every try, another one as soon as they want something else. */
export function useIntentKey() {
  const intent = useRef({ wish: '', key: '' });
  const keyOf = (wish: unknown): string => {
    const words = JSON.stringify(wish);
    if (intent.current.wish !== words) intent.current = { wish: words, key: idempotencyKey() };
    return intent.current.key;
  };
  /** What was wanted is done: the same once more is something else. */
  keyOf.done = () => {
    intent.current = { wish: '', key: '' };
  };
  return keyOf;
}
