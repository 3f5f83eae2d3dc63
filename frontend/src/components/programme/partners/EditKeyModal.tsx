import { Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ApiKeyView, Scope } from '@regulars/client';
import { editApiKeyMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { DialogButtons } from '~/components/DialogButtons';
import { showDone, showProblem } from '~/forms';
import { useWrite } from '~/write';
import { forget } from '../lists';
import { ScopeBoxes } from './ScopeBoxes';

/** Changes what a key is called and what it may do; its secret stays. */
export function EditKeyModal({ apiKey, onClose }: { apiKey: ApiKeyView; onClose: () => void }) {
  const { t } = useTranslation(['programme', 'common']);
  const queries = useQueryClient();
  const form = useForm<{ name: string; scopes: Scope[] }>({
    initialValues: { name: apiKey.name, scopes: apiKey.scopes },
    validate: {
      name: (name) => (name.trim() ? null : t('needed')),
      scopes: (scopes) => (scopes.length ? null : t('key.scope_needed')),
    },
  });
  const edit = useWrite({
    ...editApiKeyMutation(),
    onSuccess: () => {
      forget(queries, 'listApiKeys');
      showDone(t('key.edited'));
      onClose();
    },
    onError: (error) => showProblem(error, form),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('key.edit_title', { name: apiKey.name })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <form noValidate onSubmit={form.onSubmit((body) => edit.mutate({ path: { api_key_id: apiKey.id }, body }))}>
        <Stack>
          <TextInput label={t('name')} description={t('key.name_help')} required maxLength={60} {...form.getInputProps('name')} />
          <ScopeBoxes {...form.getInputProps('scopes')} />
          <DialogButtons onCancel={onClose} loading={edit.isPending}>
            {t('common:save')}
          </DialogButtons>
        </Stack>
      </form>
    </Modal>
  );
}
