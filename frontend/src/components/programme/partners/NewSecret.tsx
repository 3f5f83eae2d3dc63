import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import type { ApiKeyCreated, Scope } from '@regulars/client';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Copyable } from './Copyable';
import { curlOf } from './curl';

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
  const { t } = useTranslation('programme');
  const [kept, setKept] = useState(false);
  return (
    <Stack>
      <Alert variant="default" icon={<IconAlertTriangle color="var(--bad)" />} title={t('key.once')}>
        <Text size="sm">{t('key.once_detail')}</Text>
      </Alert>
      <Copyable label={t('key.secret')} value={created.key} />
      {note && <Text size="sm">{note}</Text>}
      <Copyable label={t('key.curl')} value={curlOf(created.key, scopes)} />
      <Checkbox label={t('key.kept')} checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} />
      <Group justify="flex-end">
        <Button onClick={onDone} disabled={!kept}>
          {t('key.done')}
        </Button>
      </Group>
    </Stack>
  );
}
