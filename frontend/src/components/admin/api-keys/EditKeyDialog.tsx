import { Stack, TextInput } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import type { ApiKeyView, Scope } from '@regulars/client';
import { editApiKeyMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { showProblem, showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { changesOf } from '~/rebase';
import { useDraftForm } from '~/useDraftForm';
import { useWrite } from '~/useWrite';
import { ScopeCheckboxes } from './ScopeCheckboxes';

/** Changes what a key is called and what it may do; its secret stays. */
export function EditKeyDialog({ apiKey, onClose }: { apiKey: ApiKeyView; onClose: () => void }) {
  const { t } = useTranslation(['admin_system', 'admin', 'common']);
  const queries = useQueryClient();
  const form = useDraftForm<{ name: string; scopes: Scope[] }>(`edit.key.${apiKey.id}`, {
    initialValues: { name: apiKey.name, scopes: apiKey.scopes },
    validate: {
      name: isNotEmpty(t('admin:needed')),
      scopes: isNotEmpty(t('key.scope_needed')),
    },
  });
  const edit = useWrite({
    ...editApiKeyMutation(),
    onSuccess: () => {
      invalidate(queries, 'api_keys');
      showSuccess(t('key.edited'));
      onClose();
    },
    onError: (error) => showProblem(error, form),
  });
  return (
    <Dialog opened onClose={onClose} size="lg" title={t('key.edit_title', { name: apiKey.name })}>
      <form
        noValidate
        onSubmit={form.onSubmit((values) =>
          edit.mutate({ path: { api_key_id: apiKey.id }, body: changesOf(values, form.getInitialValues()) }),
        )}
      >
        <Stack>
          <TextInput label={t('admin:name')} description={t('key.name_help')} required maxLength={60} {...form.getInputProps('name')} />
          <ScopeCheckboxes {...form.getInputProps('scopes')} />
          <DialogButtons onCancel={onClose} loading={edit.isPending}>
            {t('common:save')}
          </DialogButtons>
        </Stack>
      </form>
    </Dialog>
  );
}
