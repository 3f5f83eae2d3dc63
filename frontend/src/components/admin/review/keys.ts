import { useLocalStorage } from '@mantine/hooks';
import { useEffect, useRef } from 'react';

/** The keys of the review queue, and what each does. */
export const KEYS = {
  j: 'next',
  k: 'previous',
  o: 'open',
  c: 'claim',
  d: 'dismiss',
  h: 'hide',
  x: 'select',
  u: 'undo',
  '?': 'help',
} as const;

/** What a key of the review queue does. */
export type KeyCommand = (typeof KEYS)[keyof typeof KEYS];

/** The key that does it, if one does. */
export const keyOf = (command: string) => Object.entries(KEYS).find(([, name]) => name === command)?.[0];

/** Whether single keys act, as remembered on this device (WCAG 2.1.4 wants a way to turn them off). */
export const useKeysEnabled = () => useLocalStorage({ key: 'regulars.review-keys', defaultValue: true, getInitialValueInEffect: false });

const TYPED = ['text', 'search', 'email', 'url', 'tel', 'password', 'number', 'date', 'datetime-local', 'time'];

function isTyping(target: EventTarget | null) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return TYPED.includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/**
 * Single keys as commands, by the sign that they write and not by their place, so that they work on every keyboard.
 * They are silent while somebody types or a dialog is open. (Mantine's `useHotkeys` is silent in checkboxes, too, and wants to
 * know by which keys a "?" is written.)
 */
export function useReviewKeys(commands: Record<KeyCommand, () => void>, on: boolean) {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    if (!on) return;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (isTyping(event.target) || document.querySelector('[aria-modal="true"]')) return;
      const command = (KEYS as Record<string, KeyCommand>)[event.key];
      if (!command) return;
      event.preventDefault();
      latest.current[command]();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [on]);
}
