import { useCallback, useEffect, useRef, useState } from 'react';
import { isSignedIn } from './api';
import { readKept, writeKept } from './kept';

const PAUSE_MS = 400;

/** What was kept under a key when the page was opened, and the ways to keep or drop it. */
export function useKept<Value>(key: string) {
  const [kept] = useState(() => readKept<Value>(`draft.${key}`));
  const timer = useRef<number>(undefined);
  const waiting = useRef<{ value: Value }>(undefined);
  const flush = useCallback(() => {
    window.clearTimeout(timer.current);
    if (waiting.current) writeKept(`draft.${key}`, waiting.current.value);
    waiting.current = undefined;
  }, [key]);
  const keep = useCallback(
    (value: Value) => {
      waiting.current = { value };
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(flush, PAUSE_MS);
    },
    [flush],
  );
  const drop = useCallback(() => {
    waiting.current = undefined;
    window.clearTimeout(timer.current);
    writeKept(`draft.${key}`, undefined);
  }, [key]);
  useEffect(() => {
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [flush]);
  return { kept, keep, drop };
}

/** A text that survives a reload until it is sent. */
export function useDraft(key: string, initial = '') {
  const { kept, keep, drop } = useKept<string>(key);
  const [text, set] = useState(kept ?? initial);
  const change = useCallback(
    (next: string) => {
      set(next);
      if (next.trim() === '' || next === initial) drop();
      else keep(next);
    },
    [drop, keep, initial],
  );
  const clear = useCallback(() => {
    drop();
    set(initial);
  }, [drop, initial]);
  return { text, change, clear, restored: kept !== undefined && kept !== initial };
}

/** The same for what is worth nothing once its form was left, but for a form that was left to sign in again. */
export function useKeptOverSignIn<Value>(key: string) {
  const draft = useKept<Value>(key);
  const { drop } = draft;
  useEffect(() => () => (isSignedIn() ? drop() : undefined), [drop]);
  return draft;
}
