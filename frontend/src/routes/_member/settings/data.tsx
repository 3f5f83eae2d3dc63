import { Button } from '@mantine/core';
import { exportMe } from '@regulars/client';
import { getMeOptions } from '@regulars/client/react-query';
import { IconDownload } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EraseAccount } from '~/components/account/EraseAccount';
import { SettingsCard } from '~/components/account/SettingsCard';
import { showProblem, showSuccess } from '~/forms';
import { saveFile } from '~/saveFile';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/_member/settings/data')({
  loader: ({ context: { queries } }) => queries.ensureQueryData(getMeOptions()),
  component: OwnData,
});

function OwnData() {
  const { t } = useTranslation('account');
  const { data: me } = useSuspenseQuery(getMeOptions());
  const download = useWrite({
    mutationFn: async () => {
      const { data } = await exportMe({ throwOnError: true });
      const file = new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' });
      saveFile(file, `regulars-${me.handle}-${new Date().toISOString().slice(0, 10)}.json`);
    },
    onSuccess: () => showSuccess(t('data.exported')),
    onError: (error) => showProblem(error),
  });
  return (
    <>
      <SettingsCard title={t('data.export')} description={t('data.export_description')}>
        <Button
          variant="default"
          leftSection={<IconDownload size={18} />}
          loading={download.isPending}
          onClick={() => download.mutate()}
          style={{ alignSelf: 'flex-start' }}
        >
          {t('data.export_do')}
        </Button>
      </SettingsCard>
      <EraseAccount me={me} />
    </>
  );
}
