import { Button, Stack } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { changePasswordMutation, getMeOptions } from '@regulars/client/react-query';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PasswordField } from '~/components/account/PasswordField';
import { PasswordRules } from '~/components/account/PasswordRules';
import { passwordRules } from '~/components/account/passwordRules';
import { SettingsCard } from '~/components/account/SettingsCard';
import { showProblem, showSuccess } from '~/forms';
import { problemOf } from '~/problems';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/_member/settings/password')({
  loader: ({ context: { queries } }) => queries.ensureQueryData(getMeOptions()),
  component: Password,
});

function Password() {
  const { t } = useTranslation('account');
  const queries = useQueryClient();
  const { data: me } = useSuspenseQuery(getMeOptions());
  const ownWords = [me.handle, me.email];
  const form = useForm({
    initialValues: { old_password: '', new_password: '' },
    validate: {
      old_password: isNotEmpty(t('password.empty')),
      new_password: (password) => (passwordRules(password, ownWords).every(([, met]) => met) ? null : t('password.weak')),
    },
  });
  const change = useWrite({
    ...changePasswordMutation(),
    onSuccess: async () => {
      form.reset();
      showSuccess(t('password.changed'));
      await queries.invalidateQueries();
    },
    onError: (error) => {
      if (problemOf(error)?.code !== 'wrong_password') return showProblem(error, form);
      form.setFieldError('old_password', t('password.wrong'));
      form.getInputNode('old_password')?.focus();
    },
  });
  return (
    <SettingsCard title={t('password.change')} description={t('password.change_description')}>
      <form onSubmit={form.onSubmit((body) => change.mutate({ body }))} noValidate>
        <Stack>
          {/* Tells password managers whose password this is. */}
          <input type="text" name="email" autoComplete="username" value={me.email} readOnly hidden />
          <PasswordField
            {...form.getInputProps('old_password')}
            key={form.key('old_password')}
            autoComplete="current-password"
            label={t('password.old')}
          />
          <Stack gap={8}>
            <PasswordField
              {...form.getInputProps('new_password')}
              key={form.key('new_password')}
              autoComplete="new-password"
              label={t('password.new')}
              aria-describedby="password-rules"
            />
            <PasswordRules id="password-rules" password={form.values.new_password} ownWords={ownWords} />
          </Stack>
          <Button type="submit" loading={change.isPending} style={{ alignSelf: 'flex-start' }}>
            {t('password.change')}
          </Button>
        </Stack>
      </form>
    </SettingsCard>
  );
}
