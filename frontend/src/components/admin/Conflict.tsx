import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { isConflict } from '~/useEditForm';

/** Somebody else was faster: nothing is overwritten, and nothing that was typed is lost. */
export function Conflict({ error, reload }: { error: unknown; reload: () => void }) {
  const { t } = useTranslation('admin');
  if (!isConflict(error)) return null;
  return (
    <Alert variant="default" icon={<IconUsers />} title={t('conflict.title')} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t('conflict.detail')}</Text>
        <Button size="xs" variant="default" onClick={reload}>
          {t('conflict.reload')}
        </Button>
      </Stack>
    </Alert>
  );
}
