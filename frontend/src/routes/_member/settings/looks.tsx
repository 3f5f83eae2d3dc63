import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '~/components/account/SettingsCard';
import { Preferences } from '~/components/Preferences';

export const Route = createFileRoute('/_member/settings/looks')({ component: Looks });

function Looks() {
  const { t } = useTranslation('account');
  return (
    <SettingsCard title={t('settings.part.looks')} description={t('looks.description')}>
      <Preferences />
    </SettingsCard>
  );
}
