import { Stack } from '@mantine/core';
import { getDashboardOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { Community } from '~/components/admin/dashboard/Community';
import { Points } from '~/components/admin/dashboard/Points';
import { RangeBar } from '~/components/admin/dashboard/RangeBar';
import { queryOf, rangeOf } from '~/components/admin/dashboard/range';
import { Loading, Problem } from '~/components/LoadState';
import { PageHeader } from '~/components/PageHeader';
import { dayOf } from '~/format';
import { loadNamespaces } from '~/i18n';

export const Route = createFileRoute('/admin/dashboard')({
  validateSearch: rangeOf,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(
      cause,
      Promise.all([
        loadNamespaces('admin_community', 'admin_loyalty'),
        queries.ensureQueryData(getDashboardOptions({ query: queryOf(deps) })),
      ]),
    ),
  component: Dashboard,
});

function Dashboard() {
  const { t } = useTranslation('admin_community');
  const range = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data, error, refetch } = useQuery({ ...getDashboardOptions({ query: queryOf(range) }), placeholderData: keepPreviousData });
  const label = (day: string) => dayOf(day, data?.step);
  return (
    <>
      <PageHeader title={t('dashboard.title')} description={t('dashboard.intro')} />
      {error && <Problem error={error} retry={refetch} />}
      {data ? (
        <>
          <RangeBar range={range} shown={data} onChange={(next) => navigate({ search: next, replace: true })} />
          <Stack gap="xl">
            {data.points && <Points figures={data.points} label={label} />}
            <Community figures={data.community} label={label} />
          </Stack>
        </>
      ) : (
        !error && <Loading />
      )}
    </>
  );
}
