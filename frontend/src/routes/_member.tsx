import { createFileRoute, Outlet, redirect } from '@tanstack/react-router';
import { isSignedIn } from '~/api';

/** Pages for members: visitors sign in first, and come back. */
export const Route = createFileRoute('/_member')({
  beforeLoad: ({ location }) => {
    if (!isSignedIn()) throw redirect({ to: '/sign-in', search: { next: location.href } });
  },
  component: Outlet,
});
