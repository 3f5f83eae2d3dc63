import { Box, Grid } from '@mantine/core';
import { IconBuildingStore, IconDatabaseExport, IconDevices, IconKey, IconPalette, IconShieldHalf, IconUser } from '@tabler/icons-react';
import { createFileRoute, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { NavLink } from '~/components/links';
import { PageHead } from '~/components/PageHead';
import { words } from '~/i18n';

const PARTS = [
  ['profile', IconUser],
  ['looks', IconPalette],
  ['password', IconKey],
  ['sessions', IconDevices],
  ['shops', IconBuildingStore],
  ['moderation', IconShieldHalf],
  ['data', IconDatabaseExport],
] as const;

export const Route = createFileRoute('/_member/settings')({
  loader: () => words('account'),
  component: Settings,
});

function Settings() {
  const { t } = useTranslation('account');
  return (
    <>
      <PageHead title={t('settings.title')} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, sm: 4, md: 3 }}>
          <Box component="nav" aria-label={t('settings.parts')}>
            {PARTS.map(([part, Image]) => (
              <NavLink
                key={part}
                to={`/settings/${part}`}
                label={t(`settings.part.${part}`)}
                leftSection={<Image size={18} stroke={1.6} aria-hidden />}
                activeProps={{ active: true }}
                style={{ borderRadius: 'var(--mantine-radius-md)' }}
                resetScroll={false}
              />
            ))}
          </Box>
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 8, md: 9 }}>
          <Outlet />
        </Grid.Col>
      </Grid>
    </>
  );
}
