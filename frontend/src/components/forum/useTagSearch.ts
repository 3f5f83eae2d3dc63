import { useDebouncedValue } from '@mantine/hooks';
import { listTagsOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

const PAUSE_MS = 200;
const SHOWN = 8;

/** Tags whose names begin so, the most used first. */
export function useTagSearch(typed: string, enabled: boolean) {
  const [q] = useDebouncedValue(typed.trim().toLowerCase(), PAUSE_MS);
  const query = useQuery({
    ...listTagsOptions({ query: { ...(q && { q }), limit: SHOWN } }),
    enabled,
    placeholderData: keepPreviousData,
  });
  return { tags: query.data?.items ?? [], isCurrent: query.isSuccess && !query.isPlaceholderData && q === typed.trim().toLowerCase() };
}
