import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';
import { isSignedIn } from '~/api';
import { Shell } from '~/components/Shell';
import { loadNamespaces } from '~/i18n';
import { loadSite } from '~/site';

export const Route = createRootRouteWithContext<{ queries: QueryClient }>()({
  // A member's bell is in the header of every page.
  loader: ({ context: { queries } }) => Promise.all([loadSite(queries), isSignedIn() && loadNamespaces('account')]),
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
});
