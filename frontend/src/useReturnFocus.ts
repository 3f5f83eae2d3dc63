import { useEffect, useState } from 'react';

/** What opened a dialog: of a menu that closes meanwhile, its button. */
function openerNow(): Element | null {
  const focused = document.activeElement;
  const menu = focused?.closest('[role="menu"]');
  return menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : focused;
}

/**
 * Gives the focus back to what had it before the calling component was there, or to the page where that is gone. Mantine's
 * `useFocusReturn` sees a dialog open and close, not come and go as a whole.
 */
export function useReturnFocus() {
  // While it is drawn for the first time nothing has moved yet.
  const [opener] = useState(openerNow);
  useEffect(
    () => () => {
      const there = opener?.isConnected && opener !== document.body ? opener : document.querySelector('#main');
      if (there instanceof HTMLElement) there.focus({ preventScroll: true });
    },
    [opener],
  );
}
