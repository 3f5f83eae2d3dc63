import { Select, Stack, TextInput } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import type { Scope } from '@regulars/client';
import { createApiKeyMutation, listPartnersOptions } from '@regulars/client/react-query';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { SideDialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { showProblem } from '~/forms';
import { invalidate } from '~/invalidate';
import { useDraftForm } from '~/useDraftForm';
import { useWrite } from '~/useWrite';
import { DateTimeInput } from '../inputs';
import { NewSecret } from './NewSecret';
import { ScopeCheckboxes } from './ScopeCheckboxes';

/** Makes a key for a partner, and shows its secret once. */
export function CreateKeyDrawer({ opened, partner, onClose }: { opened: boolean; partner?: string; onClose: () => void }) {
  const { t } = useTranslation(['admin_system', 'admin', 'common']);
  const queries = useQueryClient();
  const partners = useQuery(listPartnersOptions({ query: { limit: 100 } }));
  const form = useDraftForm<{ partner_id: string; name: string; scopes: Scope[]; expires_at: string }>('key', {
    initialValues: { partner_id: partner ?? '', name: '', scopes: ['purchases:write'], expires_at: '' },
    validate: {
      partner_id: isNotEmpty(t('admin:needed')),
      name: isNotEmpty(t('admin:needed')),
      scopes: isNotEmpty(t('key.scope_needed')),
    },
  });
  const create = useWrite({
    ...createApiKeyMutation(),
    onSuccess: () => invalidate(queries, 'api_keys'),
    onError: (error) => showProblem(error, form),
  });
  const close = () => {
    create.reset();
    form.reset();
    onClose();
  };
  return (
    <SideDialog
      opened={opened}
      onClose={close}
      size="lg"
      title={t('key.create')}
      // The secret must not be lost by a click beside it.
      closeOnClickOutside={!create.data}
      closeOnEscape={!create.data}
    >
      {create.data ? (
        <NewSecret created={create.data} scopes={form.values.scopes} onDone={close} />
      ) : (
        <form
          noValidate
          onSubmit={form.onSubmit(({ expires_at, ...values }) =>
            create.mutate({ body: { ...values, expires_at: expires_at || undefined } }),
          )}
        >
          <Stack>
            <Select
              label={t('partner.one')}
              required
              searchable
              data={partners.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []}
              {...form.getInputProps('partner_id')}
            />
            <TextInput label={t('admin:name')} description={t('key.name_help')} required maxLength={60} {...form.getInputProps('name')} />
            <ScopeCheckboxes {...form.getInputProps('scopes')} />
            <DateTimeInput label={t('key.expires')} description={t('key.expires_help')} {...form.getInputProps('expires_at')} />
            <DialogButtons onCancel={close} loading={create.isPending}>
              {t('key.create')}
            </DialogButtons>
          </Stack>
        </form>
      )}
    </SideDialog>
  );
}
