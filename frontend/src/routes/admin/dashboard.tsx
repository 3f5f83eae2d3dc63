import { Stack } from '@mantine/core';
import { getDashboardOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { onArrival } from '~/components/admin/arrival';
import { PageHead } from '~/components/PageHead';
import { Community } from '~/components/programme/dashboard/Community';
import { Points } from '~/components/programme/dashboard/Points';
import { RangeBar } from '~/components/programme/dashboard/RangeBar';
import { queryOf, rangeOf } from '~/components/programme/dashboard/range';
import { Loading, Problem } from '~/components/states';
import { dayOf } from '~/format';
import { words } from '~/i18n';

export const Route = createFileRoute('/admin/dashboard')({
  validateSearch: rangeOf,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps, cause }) =>
    onArrival(cause, Promise.all([words('programme', 'admin'), queries.ensureQueryData(getDashboardOptions({ query: queryOf(deps) }))])),
  component: Dashboard,
});

function Dashboard() {
  const { t } = useTranslation('programme');
  const range = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data, error, refetch } = useQuery({ ...getDashboardOptions({ query: queryOf(range) }), placeholderData: keepPreviousData });
  const label = (day: string) => dayOf(day, data?.step);
  return (
    <>
      <PageHead title={t('dashboard.title')} description={t('dashboard.intro')} />
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
