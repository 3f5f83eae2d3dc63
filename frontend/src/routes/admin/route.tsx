import { Box } from '@mantine/core';
import { getMeOptions } from '@regulars/client/react-query';
import { createFileRoute, notFound, Outlet, redirect } from '@tanstack/react-router';
import { isSignedIn } from '~/api';
import { SideNav } from '~/components/admin/SideNav';
import sides from '~/components/admin/SideNav.module.css';
import { NotFound } from '~/components/LoadState';
import { loadNamespaces } from '~/i18n';
import { problemOf } from '~/problems';
import { isStaff } from '~/session';

/** The staff's pages. For members they do not exist; visitors sign in first. */
export const Route = createFileRoute('/admin')({
  beforeLoad: async ({ context: { queries }, location }) => {
    const signIn = () => redirect({ to: '/sign-in', search: { next: location.href } });
    if (!isSignedIn()) throw signIn();
    const me = await queries.ensureQueryData(getMeOptions()).catch((error: unknown) => {
      throw problemOf(error)?.status === 401 ? signIn() : error;
    });
    if (!isStaff(me)) throw notFound();
    return { me };
  },
  loader: () => loadNamespaces('admin'),
  notFoundComponent: NotFound,
  component: StaffArea,
});

function StaffArea() {
  const { me } = Route.useRouteContext();
  return (
    <Box className={sides.area}>
      <SideNav me={me} />
      <Box className={sides.page}>
        <Outlet />
      </Box>
    </Box>
  );
}
