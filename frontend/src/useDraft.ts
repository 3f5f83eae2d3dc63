import { useDebouncedCallback, useWindowEvent } from '@mantine/hooks';
import { useCallback, useEffect, useState } from 'react';
import { isSignedIn } from './api';
import { readStored, writeStored } from './memberStorage';

const PAUSE_MS = 400;

/** The draft that was stored under a key when the page was opened, and the ways to save and to discard it. */
export function useDraft<Value>(key: string) {
  const [saved] = useState(() => readStored<Value>(`draft.${key}`));
  const write = useDebouncedCallback((name: string, value: Value) => writeStored(name, value), { delay: PAUSE_MS, flushOnUnmount: true });
  useWindowEvent('pagehide', () => write.flush());
  const save = useCallback((value: Value) => write(`draft.${key}`, value), [write, key]);
  const discard = useCallback(() => {
    write.cancel();
    writeStored(`draft.${key}`, undefined);
  }, [write, key]);
  return { saved, save, discard };
}

/** The draft of a text, which survives a reload until it is sent. */
export function useTextDraft(key: string, initial = '') {
  const { saved, save, discard } = useDraft<string>(key);
  const [text, set] = useState(saved ?? initial);
  const change = useCallback(
    (next: string) => {
      set(next);
      if (next.trim() === '' || next === initial) discard();
      else save(next);
    },
    [discard, save, initial],
  );
  const clear = useCallback(() => {
    discard();
    set(initial);
  }, [discard, initial]);
  return { text, change, clear, restored: saved !== undefined && saved !== initial };
}

/** A draft that is worth nothing once its form was left, unless it was left to sign in again. */
export function useDraftAcrossSignIn<Value>(key: string) {
  const draft = useDraft<Value>(key);
  const { discard } = draft;
  useEffect(() => () => (isSignedIn() ? discard() : undefined), [discard]);
  return draft;
}
