import { useEffect, useRef } from 'react';

/** For a button that gives way to a form on the page: the reference by which it gets the focus back once the form is gone. */
export function useFocusBack<Element extends HTMLElement = HTMLButtonElement>(isAway: boolean) {
  const button = useRef<Element>(null);
  const wasAway = useRef(isAway);
  useEffect(() => {
    if (wasAway.current && !isAway) button.current?.focus();
    wasAway.current = isAway;
  }, [isAway]);
  return button;
}
