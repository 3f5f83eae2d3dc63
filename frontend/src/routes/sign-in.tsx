import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/sign-in')({
  validateSearch: (search): { next?: string } => ({ next: search.next ? String(search.next) : undefined }),
  component: () => null,
});
