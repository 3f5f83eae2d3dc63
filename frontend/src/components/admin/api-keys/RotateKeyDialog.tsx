import { Stack, Text } from '@mantine/core';
import type { ApiKeyView } from '@regulars/client';
import { rotateApiKeyMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { duration } from '~/format';
import { showProblem } from '~/forms';
import { invalidate } from '~/invalidate';
import { useWrite } from '~/useWrite';
import { IntegerInput, type NumberOrEmpty } from '../inputs';
import { NewSecret } from './NewSecret';

const HOUR = 3_600;
const DAY_HOURS = 24;

/** Replaces a key by a new one; both work for a while. */
export function RotateKeyDialog({ apiKey, onClose }: { apiKey?: ApiKeyView; onClose: () => void }) {
  const { t } = useTranslation(['admin_system', 'common']);
  const queries = useQueryClient();
  const [hours, setHours] = useState<NumberOrEmpty>(DAY_HOURS);
  const rotate = useWrite({
    ...rotateApiKeyMutation(),
    onSuccess: () => invalidate(queries, 'api_keys'),
    onError: (error) => showProblem(error),
  });
  const close = () => {
    rotate.reset();
    setHours(DAY_HOURS);
    onClose();
  };
  return (
    <Dialog
      opened={apiKey !== undefined}
      onClose={close}
      size="lg"
      title={t('key.rotate_title', { name: apiKey?.name ?? '' })}
      closeOnClickOutside={!rotate.data}
      closeOnEscape={!rotate.data}
    >
      {apiKey && rotate.data ? (
        <NewSecret
          created={rotate.data}
          scopes={apiKey.scopes}
          note={
            hours
              ? t('key.old_until', { prefix: apiKey.prefix, duration: duration(hours * HOUR) })
              : t('key.old_ended', { prefix: apiKey.prefix })
          }
          onDone={close}
        />
      ) : (
        <Stack
          component="form"
          onSubmit={(event: React.FormEvent) => {
            event.preventDefault();
            if (apiKey && hours !== '') rotate.mutate({ path: { api_key_id: apiKey.id }, body: { overlap_hours: hours } });
          }}
        >
          <Text size="sm">{t('key.rotate_help')}</Text>
          <IntegerInput
            label={t('key.overlap')}
            description={t('key.overlap_help')}
            min={0}
            max={720}
            required
            value={hours}
            onChange={setHours}
            data-autofocus
          />
          <DialogButtons onCancel={close} loading={rotate.isPending}>
            {t('key.rotate')}
          </DialogButtons>
        </Stack>
      )}
    </Dialog>
  );
}
