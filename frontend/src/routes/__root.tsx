import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';
import { Shell } from '~/components/Shell';
import { loadSite } from '~/site';

export const Route = createRootRouteWithContext<{ queries: QueryClient }>()({
  loader: ({ context: { queries } }) => loadSite(queries),
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
});
