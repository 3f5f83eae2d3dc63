import { Grid } from '@mantine/core';
import { createFileRoute, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { SettingsNav } from '~/components/account/SettingsNav';
import { PageHeader } from '~/components/PageHeader';
import { loadNamespaces } from '~/i18n';

export const Route = createFileRoute('/_member/settings')({
  loader: () => loadNamespaces('account'),
  component: Settings,
});

function Settings() {
  const { t } = useTranslation('account');
  return (
    <>
      <PageHeader title={t('settings.title')} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, sm: 4, md: 3 }}>
          <SettingsNav />
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 8, md: 9 }}>
          <Outlet />
        </Grid.Col>
      </Grid>
    </>
  );
}
