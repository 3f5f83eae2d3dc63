import { Box } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { SettingsForm } from '~/components/admin/settings/SettingsForm';
import { settingsOptions } from '~/components/admin/settings/settings';
import { PageHeader } from '~/components/PageHeader';
import { RelativeTime } from '~/components/RelativeTime';
import { loadNamespaces } from '~/i18n';

export const Route = createFileRoute('/admin/settings')({
  beforeLoad: administratorsOnly,
  loader: ({ context: { queries } }) => Promise.all([loadNamespaces('admin_system', 'forum'), queries.ensureQueryData(settingsOptions)]),
  component: Settings,
});

function Settings() {
  const { t } = useTranslation('admin_system');
  const { data } = useSuspenseQuery(settingsOptions);
  return (
    <>
      <PageHeader
        title={t('settings.title')}
        description={
          <>
            {t('settings.intro')} {t('settings.edited')} <RelativeTime at={data.settings.edited_at} />
          </>
        }
      />
      <Box maw={760}>
        <SettingsForm now={data} />
      </Box>
    </>
  );
}
