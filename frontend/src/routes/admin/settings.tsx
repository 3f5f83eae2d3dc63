import { Box } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/guard';
import { PageHead } from '~/components/PageHead';
import { SettingsForm } from '~/components/programme/settings/SettingsForm';
import { settingsOptions } from '~/components/programme/settings/settings';
import { When } from '~/components/When';
import { words } from '~/i18n';

export const Route = createFileRoute('/admin/settings')({
  beforeLoad: administratorsOnly,
  loader: ({ context: { queries } }) => Promise.all([words('programme', 'forum', 'admin'), queries.ensureQueryData(settingsOptions)]),
  component: Settings,
});

function Settings() {
  const { t } = useTranslation('programme');
  const { data, refetch } = useSuspenseQuery(settingsOptions);
  return (
    <>
      <PageHead
        title={t('settings.title')}
        description={
          <>
            {t('settings.intro')} {t('settings.edited')} <When at={data.settings.edited_at} />
          </>
        }
      />
      <Box maw={760}>
        <SettingsForm key={data.etag} {...data} onReload={refetch} />
      </Box>
    </>
  );
}
