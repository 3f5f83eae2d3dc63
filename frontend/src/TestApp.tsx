import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

/** A cache that asks the server for nothing that a test has put into it, and tries nothing twice. */
export const testQueries = () =>
  new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false }, mutations: { retry: false } } });

/** What components and hooks find around them in the app, for tests. */
export function TestApp({ queries, children }: { queries?: QueryClient; children: ReactNode }) {
  const [own] = useState(testQueries);
  return (
    <MantineProvider env="test">
      <QueryClientProvider client={queries ?? own}>{children}</QueryClientProvider>
    </MantineProvider>
  );
}
