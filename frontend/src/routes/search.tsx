import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/search')({
  validateSearch: (search): { q?: string } => ({ q: search.q ? String(search.q) : undefined }),
  component: () => null,
});
