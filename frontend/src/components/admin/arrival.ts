import type { LoaderFnContext } from '@tanstack/react-router';

/** A loader's promise: awaited on the way to a page, not while its filters change, so that the fields stay on the screen. */
export const onArrival = (cause: LoaderFnContext['cause'], page: Promise<unknown>) => (cause === 'stay' ? undefined : page);
