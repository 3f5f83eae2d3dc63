import { useLocalStorage } from '@mantine/hooks';
import { useEffect, useRef } from 'react';

/** Whether single keys act, as remembered on this device (WCAG 2.1.4 wants a way to turn them off). */
export const useKeysOn = () => useLocalStorage({ key: 'regulars.review-keys', defaultValue: true, getInitialValueInEffect: false });

const TYPED = ['text', 'search', 'email', 'url', 'tel', 'password', 'number', 'date', 'datetime-local', 'time'];

function isTyping(target: EventTarget | null) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return TYPED.includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/**
 * Single keys as commands, by the sign that they write and not by their place, so that they work on every keyboard.
 * They are silent while somebody types or a dialog is open.
 */
export function useKeys(commands: Record<string, () => void>, on: boolean) {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    if (!on) return;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (isTyping(event.target) || document.querySelector('[aria-modal="true"]')) return;
      const command = latest.current[event.key];
      if (!command) return;
      event.preventDefault();
      command();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [on]);
}
