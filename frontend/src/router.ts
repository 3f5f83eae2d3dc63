import { QueryCache, QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { Crash, Loading, NotFound } from '~/components/LoadState';
import { problemOf } from './problems';
import { routeTree } from './routeTree.gen';

/** What the pages have read from the API. */
export const queries = new QueryClient({
  queryCache: new QueryCache(),
  defaultOptions: {
    // By default what is asked or sent without a connection waits, and goes when nobody expects it any more. It goes at once,
    // and fails before the eyes of whom it concerns.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      refetchOnReconnect: true,
      staleTime: 30_000,
      // A refusal stays a refusal; only a server that is away or busy is asked again.
      retry: (failures, error) => failures < 2 && (problemOf(error)?.status ?? 503) >= 500,
    },
  },
});

/** Leads from addresses to pages. */
export const router = createRouter({
  routeTree,
  context: { queries },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 300,
  scrollRestoration: true,
  defaultPendingComponent: Loading,
  defaultErrorComponent: Crash,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
