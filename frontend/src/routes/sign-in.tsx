import { Alert, Button, Stack, Text, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty, useForm } from '@mantine/form';
import { createFileRoute, redirect } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isSignedIn } from '~/api';
import { AuthCard } from '~/components/account/AuthCard';
import { MergedAccount, mergedIntoOf } from '~/components/account/MergedAccount';
import { PasswordField } from '~/components/account/PasswordField';
import { useSignIn } from '~/components/account/useSignIn';
import { Problem } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { loadNamespaces } from '~/i18n';
import { problemOf } from '~/problems';
import { safeRedirect } from '~/safeRedirect';
import { useSite } from '~/site';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/sign-in')({
  validateSearch: (search): { next?: string } => ({ next: safeRedirect(search.next) }),
  beforeLoad: ({ search }) => {
    if (isSignedIn()) throw redirect({ href: search.next ?? '/', replace: true });
  },
  loader: () => loadNamespaces('account'),
  component: SignIn,
});

function SignIn() {
  const { t } = useTranslation('account');
  const { next } = Route.useSearch();
  const { sign_up_open } = useSite();
  const signIn = useWrite({ mutationFn: useSignIn(next) });
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: { email: isEmail(t('email_wrong')), password: isNotEmpty(t('password.empty')) },
    transformValues: ({ email, password }) => ({ email: email.trim(), password }),
  });
  const into = mergedIntoOf(signIn.error);
  return (
    <AuthCard title={t('sign_in.title')} description={t('sign_in.description')}>
      <form onSubmit={form.onSubmit((values) => signIn.mutate(values))} noValidate>
        <Stack>
          {signIn.isError &&
            (problemOf(signIn.error)?.code === 'bad_credentials' ? (
              <Alert color="red" role="alert" title={t('sign_in.refused')}>
                {t('sign_in.refused_detail')}
              </Alert>
            ) : into ? (
              <MergedAccount into={into} />
            ) : (
              <Problem error={signIn.error} />
            ))}
          <TextInput
            {...form.getInputProps('email')}
            key={form.key('email')}
            type="email"
            name="email"
            autoComplete="username"
            label={t('email')}
            required
            withAsterisk={false}
            data-autofocus
            autoFocus
          />
          <PasswordField
            {...form.getInputProps('password')}
            key={form.key('password')}
            name="password"
            autoComplete="current-password"
            label={t('password.label')}
            required
            withAsterisk={false}
          />
          <Button type="submit" loading={signIn.isPending} size="md" fullWidth>
            {t('sign_in.submit')}
          </Button>
          {sign_up_open && (
            <Text size="sm" ta="center">
              {t('sign_in.new_here')}{' '}
              <LinkText to="/sign-up" search={{ next }} underline="always">
                {t('sign_in.join')}
              </LinkText>
            </Text>
          )}
        </Stack>
      </form>
    </AuthCard>
  );
}
