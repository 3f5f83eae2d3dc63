import { createFileRoute, redirect } from '@tanstack/react-router';
import { isAdministrator } from '~/session';

/** Leads each to what their day begins with. */
export const Route = createFileRoute('/admin/')({
  beforeLoad: ({ context: { me } }) => {
    throw redirect({ href: isAdministrator(me) ? '/admin/dashboard' : '/admin/review' });
  },
});
