import { createFileRoute, Outlet, redirect } from '@tanstack/react-router';
import { accessToken, isSignedIn } from '~/api';

/** Pages for members: visitors sign in first, and come back. */
export const Route = createFileRoute('/_member')({
  beforeLoad: async ({ location }) => {
    // Tells whether the session still lives; when the server is away, the page says so itself.
    await accessToken().catch(() => undefined);
    if (!isSignedIn()) throw redirect({ to: '/sign-in', search: { next: location.href } });
  },
  component: Outlet,
});
