import { Alert, Anchor, Button, Collapse, Stack, Text, TextInput } from '@mantine/core';
import { hasLength, isEmail, useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { register } from '@regulars/client';
import { IconUserHeart } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showProblem } from '~/forms';
import { problemOf } from '~/problems';
import { clearReferralCode, referralCode } from '~/referralCode';
import { useWrite } from '~/useWrite';
import { LinkText } from '../links';
import { isHandle, suggestHandle } from './handle';
import { linkCodeRefusal } from './linkCode';
import { MergedAccount, mergedIntoOf } from './MergedAccount';
import { PasswordField } from './PasswordField';
import { PasswordRules } from './PasswordRules';
import { passwordRules } from './passwordRules';
import { useSignIn } from './useSignIn';

interface Values {
  display_name: string;
  handle: string;
  email: string;
  password: string;
  link_code: string;
}

/** Creates an account and signs in with it. */
export function SignUpForm({ next }: { next?: string }) {
  const { t } = useTranslation('account');
  const [withLink, link] = useDisclosure(false);
  const [ownHandle, setOwnHandle] = useState(false);
  const signIn = useSignIn(next);
  const referral_code = referralCode();
  const form = useForm<Values>({
    initialValues: { display_name: '', handle: '', email: '', password: '', link_code: '' },
    validate: {
      display_name: hasLength({ min: 1, max: 60 }, t('sign_up.name_wrong')),
      handle: (handle) => (isHandle(handle) ? null : t('sign_up.handle_wrong')),
      email: isEmail(t('email_wrong')),
      password: (password, { handle, email }) =>
        passwordRules(password, [handle, email]).every(([, met]) => met) ? null : t('password.weak'),
    },
    transformValues: (values) => ({ ...values, email: values.email.trim(), display_name: values.display_name.trim() }),
  });

  const join = useWrite({
    mutationFn: async ({ link_code, ...account }: Values) => {
      await register({ body: { ...account, referral_code, link_code: link_code.trim() || undefined }, throwOnError: true });
      await signIn(account);
      clearReferralCode();
    },
    onError: (error) => {
      const code = problemOf(error)?.code;
      const refusal = linkCodeRefusal(error, 'link_code', t);
      if (code === 'handle_taken') {
        form.setFieldError('handle', t('sign_up.handle_taken'));
        form.getInputNode('handle')?.focus();
      } else if (refusal) {
        form.setFieldError('link_code', refusal);
        form.getInputNode('link_code')?.focus();
      } else if (code !== 'bad_credentials' && !mergedIntoOf(error)) {
        showProblem(error, form);
      }
    },
  });
  const knowsAddress = problemOf(join.error)?.code === 'bad_credentials';
  const into = mergedIntoOf(join.error);
  const { handle, email, password } = form.values;

  return (
    <form
      onSubmit={form.onSubmit(
        (values) => join.mutate(values),
        (errors) => form.getInputNode(Object.keys(errors)[0] ?? '')?.focus(),
      )}
      noValidate
    >
      <Stack>
        {referral_code && (
          <Alert icon={<IconUserHeart />} title={t('sign_up.referred')}>
            {t('sign_up.referred_detail')}
          </Alert>
        )}
        {into && <MergedAccount into={into} />}
        {knowsAddress && (
          <Alert color="orange" role="alert" title={t('sign_up.almost')}>
            {t('sign_up.almost_detail')}{' '}
            <LinkText to="/sign-in" search={{ next }} underline="always">
              {t('sign_in.submit')}
            </LinkText>
          </Alert>
        )}
        <TextInput
          {...form.getInputProps('display_name')}
          key={form.key('display_name')}
          onChange={(event) => {
            const name = event.currentTarget.value;
            form.setFieldValue('display_name', name);
            if (!ownHandle) form.setFieldValue('handle', suggestHandle(name));
          }}
          name="name"
          autoComplete="name"
          label={t('sign_up.name')}
          description={t('sign_up.name_hint')}
          maxLength={60}
          required
          withAsterisk={false}
          autoFocus
        />
        <TextInput
          {...form.getInputProps('handle')}
          key={form.key('handle')}
          onChange={(event) => {
            setOwnHandle(event.currentTarget.value !== '');
            form.setFieldValue('handle', event.currentTarget.value);
          }}
          name="handle"
          autoComplete="nickname"
          autoCapitalize="none"
          spellCheck={false}
          label={t('sign_up.handle')}
          description={t('sign_up.handle_hint')}
          leftSection={
            <Text size="sm" c="dimmed" aria-hidden>
              @
            </Text>
          }
          maxLength={30}
          required
          withAsterisk={false}
        />
        <TextInput
          {...form.getInputProps('email')}
          key={form.key('email')}
          type="email"
          name="email"
          autoComplete="username"
          label={t('email')}
          description={t('sign_up.email_hint')}
          required
          withAsterisk={false}
        />
        <Stack gap={8}>
          <PasswordField
            {...form.getInputProps('password')}
            key={form.key('password')}
            name="password"
            autoComplete="new-password"
            label={t('password.label')}
            aria-describedby="password-rules"
            required
            withAsterisk={false}
          />
          <PasswordRules id="password-rules" password={password} ownWords={[handle, email]} />
        </Stack>
        {!withLink && (
          <Anchor component="button" type="button" size="sm" ta="left" onClick={link.open} aria-expanded={false}>
            {t('sign_up.link_code_open')}
          </Anchor>
        )}
        <Collapse expanded={withLink}>
          {withLink && (
            <TextInput
              {...form.getInputProps('link_code')}
              key={form.key('link_code')}
              name="link_code"
              autoComplete="off"
              label={t('sign_up.link_code')}
              description={t('sign_up.link_code_hint')}
            />
          )}
        </Collapse>
        <Button type="submit" loading={join.isPending} size="md" fullWidth>
          {t('sign_up.submit')}
        </Button>
        <Text size="sm" ta="center">
          {t('sign_up.member_already')}{' '}
          <LinkText to="/sign-in" search={{ next }} underline="always">
            {t('sign_in.submit')}
          </LinkText>
        </Text>
      </Stack>
    </form>
  );
}
