import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import type { ApiKeyCreated, Scope } from '@regulars/client';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyBlock } from './CopyBlock';
import { curlExample } from './curlExample';

/** A key's secret, shown this once, and what to do with it first. */
export function NewSecret({
  created,
  scopes,
  note,
  onDone,
}: {
  created: ApiKeyCreated;
  scopes: Scope[];
  note?: string;
  onDone: () => void;
}) {
  const { t } = useTranslation('admin_system');
  const [stored, setStored] = useState(false);
  return (
    <Stack>
      <Alert variant="default" icon={<IconAlertTriangle color="var(--bad)" />} title={t('key.once')}>
        <Text size="sm">{t('key.once_detail')}</Text>
      </Alert>
      <CopyBlock label={t('key.secret')} value={created.key} />
      {note && <Text size="sm">{note}</Text>}
      <CopyBlock label={t('key.curl')} value={curlExample(created.key, scopes)} />
      <Checkbox label={t('key.stored')} checked={stored} onChange={(event) => setStored(event.currentTarget.checked)} />
      <Group justify="flex-end">
        <Button onClick={onDone} disabled={!stored}>
          {t('key.done')}
        </Button>
      </Group>
    </Stack>
  );
}
