import type { LoaderFnContext } from '@tanstack/react-router';

/**
 * A loader's promise of a table's rows: awaited on the way to a page, not while its filters change, so that the fields stay on
 * the screen. What goes wrong is the table's to say.
 */
export function awaitOnEnter(cause: LoaderFnContext['cause'], rows: Promise<unknown>) {
  const settled = rows.catch(() => undefined);
  return cause === 'stay' ? undefined : settled;
}
