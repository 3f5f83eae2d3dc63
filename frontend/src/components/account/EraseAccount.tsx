import { Button, List, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import type { Me } from '@regulars/client';
import { eraseMeMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { clearSession } from '~/api';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { showProblem, showSuccess } from '~/forms';
import { problemOf } from '~/problems';
import { useWrite } from '~/useWrite';
import { PasswordField } from './PasswordField';
import { SettingsCard } from './SettingsCard';

const CONSEQUENCES = ['posts', 'points', 'rewards', 'purchases', 'sessions'] as const;

/** Erases the account, which cannot be undone: it asks for the handle and the password. */
export function EraseAccount({ me }: { me: Me }) {
  const { t } = useTranslation(['account', 'common']);
  const [opened, dialog] = useDisclosure(false);
  return (
    <SettingsCard title={t('erase.title')} description={t('erase.description')}>
      <List size="sm" spacing={4}>
        {CONSEQUENCES.map((consequence) => (
          <List.Item key={consequence}>{t(`erase.consequence.${consequence}`)}</List.Item>
        ))}
      </List>
      <Button variant="default" c="var(--bad)" onClick={dialog.open} style={{ alignSelf: 'flex-start' }}>
        {t('erase.open')}
      </Button>
      <Dialog opened={opened} onClose={dialog.close} title={t('erase.title')} centered>
        <Confirm me={me} onClose={dialog.close} />
      </Dialog>
    </SettingsCard>
  );
}

function Confirm({ me, onClose }: { me: Me; onClose: () => void }) {
  const { t } = useTranslation(['account', 'common']);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({ initialValues: { handle: '', password: '' } });
  const isSure = form.values.handle.trim().replace(/^@/, '') === me.handle && form.values.password !== '';
  const erase = useWrite({
    ...eraseMeMutation(),
    onSuccess: async () => {
      // First of all, so that nothing is asked for in the name of somebody who is gone.
      clearSession();
      queries.removeQueries({ type: 'inactive' });
      await navigate({ to: '/' });
      showSuccess(t('erase.done'));
    },
    onError: (error) => {
      if (problemOf(error)?.code === 'wrong_password') form.setFieldError('password', t('password.wrong'));
      else showProblem(error, form);
    },
  });
  return (
    <form onSubmit={form.onSubmit(({ password }) => erase.mutate({ body: { password } }))} noValidate>
      <Stack>
        <Text>{t('erase.sure')}</Text>
        <TextInput
          {...form.getInputProps('handle')}
          key={form.key('handle')}
          label={t('erase.type', { handle: me.handle })}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
        />
        <PasswordField
          {...form.getInputProps('password')}
          key={form.key('password')}
          label={t('password.label')}
          autoComplete="current-password"
        />
        <DialogButtons onCancel={onClose} color="red.9" disabled={!isSure} loading={erase.isPending}>
          {t('erase.submit')}
        </DialogButtons>
      </Stack>
    </form>
  );
}
