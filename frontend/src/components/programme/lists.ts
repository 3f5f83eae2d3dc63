import type { QueryClient } from '@tanstack/react-query';

/** Has what these operations answered fetched anew, whatever they were asked. */
export const forget = (queries: QueryClient, ...operations: string[]) =>
  queries.invalidateQueries({
    predicate: ({ queryKey: [key] }) => typeof key === 'object' && key !== null && '_id' in key && operations.includes(String(key._id)),
  });
