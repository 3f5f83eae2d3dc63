import { Button, Group, Switch, Textarea, TextInput } from '@mantine/core';
import { hasLength, useForm } from '@mantine/form';
import { editMeMutation, getMeOptions, getMeQueryKey } from '@regulars/client/react-query';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '~/components/account/SettingsCard';
import { LinkButton } from '~/components/links';
import { showProblem, showSuccess } from '~/forms';
import { operationOf } from '~/invalidate';
import { isStaff } from '~/session';
import { useDraftAcrossSignIn } from '~/useDraft';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/_member/settings/profile')({
  loader: ({ context: { queries } }) => queries.ensureQueryData(getMeOptions()),
  component: Profile,
});

const BIO_CHARS_MAX = 1_000;

function Profile() {
  const { t } = useTranslation(['account', 'common']);
  const queries = useQueryClient();
  const { data: me } = useSuspenseQuery(getMeOptions());
  const current = { display_name: me.display_name, bio: me.bio, on_leaderboards: me.on_leaderboards };
  const { saved, save, discard } = useDraftAcrossSignIn<typeof current>('profile');
  const form = useForm({
    initialValues: saved ?? current,
    onValuesChange: save,
    validate: { display_name: hasLength({ min: 1, max: 60 }, t('sign_up.name_wrong')) },
    transformValues: (values) => ({ ...values, display_name: values.display_name.trim() }),
  });
  const edit = useWrite({
    ...editMeMutation(),
    onSuccess: async (now) => {
      queries.setQueryData(getMeQueryKey(), now);
      discard();
      form.resetDirty();
      showSuccess(t('profile.saved'));
      // Names stand beside everything that somebody wrote.
      await queries.invalidateQueries({ predicate: ({ queryKey }) => operationOf(queryKey) !== 'getMe' });
    },
    onError: (error) => showProblem(error, form),
  });
  return (
    <SettingsCard title={t('settings.part.profile')} description={t('profile.description')}>
      <form onSubmit={form.onSubmit((body) => edit.mutate({ body }))} noValidate style={{ display: 'contents' }}>
        <TextInput
          {...form.getInputProps('display_name')}
          key={form.key('display_name')}
          label={t('sign_up.name')}
          autoComplete="name"
          maxLength={60}
        />
        <TextInput label={t('sign_up.handle')} description={t('profile.handle_hint')} value={`@${me.handle}`} readOnly variant="filled" />
        <TextInput label={t('email')} description={t('sign_up.email_hint')} value={me.email} readOnly variant="filled" />
        <Textarea
          {...form.getInputProps('bio')}
          key={form.key('bio')}
          label={t('profile.bio')}
          description={t('profile.bio_hint', { count: BIO_CHARS_MAX - form.values.bio.length })}
          autosize
          minRows={4}
          maxLength={BIO_CHARS_MAX}
        />
        {!isStaff(me) && (
          <Switch
            {...form.getInputProps('on_leaderboards', { type: 'checkbox' })}
            key={form.key('on_leaderboards')}
            label={t('profile.boards')}
            description={t('profile.boards_hint')}
          />
        )}
        <Group>
          <Button type="submit" loading={edit.isPending} disabled={!form.isDirty() && !saved}>
            {t('common:save')}
          </Button>
          <LinkButton to="/members/$handle" params={{ handle: me.handle }} variant="default">
            {t('profile.look')}
          </LinkButton>
        </Group>
      </form>
    </SettingsCard>
  );
}
