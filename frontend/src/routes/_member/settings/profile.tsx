import { Button, Group, Switch, Textarea, TextInput } from '@mantine/core';
import { hasLength } from '@mantine/form';
import { editMe, getMe, type Me } from '@regulars/client';
import { getMeOptions, getMeQueryKey } from '@regulars/client/react-query';
import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '~/components/account/SettingsCard';
import { EditConflict } from '~/components/EditConflict';
import { LinkButton } from '~/components/links';
import { number } from '~/format';
import { showSuccess } from '~/forms';
import { operationOf } from '~/invalidate';
import { changesOf } from '~/rebase';
import { isStaff } from '~/session';
import { useEditForm, type Version, versionOfTag } from '~/useEditForm';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/_member/settings/profile')({
  loader: ({ context: { queries } }) => Promise.all([queries.ensureQueryData(getMeOptions()), queries.ensureQueryData(profileOptions)]),
  component: Profile,
});

const BIO_CHARS_MAX = 1_000;
const left = (count: number) => ({ count, formatted: number(count) });

interface Values {
  display_name: string;
  bio: string;
  on_leaderboards: boolean;
}

const versionOf = (me: Me, etag: string | null): Version<Values> => ({
  version: versionOfTag(etag),
  values: { display_name: me.display_name, bio: me.bio, on_leaderboards: me.on_leaderboards },
});

/** The profile with its version, which an edit has to name. */
const profileOptions = queryOptions({
  queryKey: [{ _id: 'getMe', with: 'etag' }],
  queryFn: async ({ signal }) => {
    const { data, response } = await getMe({ signal, throwOnError: true });
    return versionOf(data, response.headers.get('ETag'));
  },
});

function Profile() {
  const { t } = useTranslation(['account', 'common']);
  const queries = useQueryClient();
  const { data: me } = useSuspenseQuery(getMeOptions());
  const { data: now } = useSuspenseQuery(profileOptions);
  const edit = useEditForm<Values>({
    draft: 'edit.me',
    now,
    read: () => queries.fetchQuery({ ...profileOptions, staleTime: 0 }),
    validate: { display_name: hasLength({ min: 1, max: 60 }, t('sign_up.name_wrong')) },
    transformValues: (values) => ({ ...values, display_name: values.display_name.trim() }),
  });
  const { form, begun } = edit;
  const write = useWrite({
    mutationFn: (values: Values) =>
      editMe({ headers: { 'If-Match': begun.version }, body: changesOf(values, begun.values), throwOnError: true }),
    onSuccess: async ({ data, response }) => {
      const saved = versionOf(data, response.headers.get('ETag'));
      queries.setQueryData(getMeQueryKey(), data);
      queries.setQueryData(profileOptions.queryKey, saved);
      edit.saved(saved);
      showSuccess(t('profile.saved'));
      // Names stand beside everything that somebody wrote.
      await queries.invalidateQueries({ predicate: ({ queryKey }) => operationOf(queryKey) !== 'getMe' });
    },
    onError: edit.refused,
  });
  return (
    <SettingsCard title={t('settings.part.profile')} description={t('profile.description')}>
      <form onSubmit={form.onSubmit((values) => write.mutate(values))} noValidate style={{ display: 'contents' }}>
        <EditConflict edit={edit} texts={{ display_name: t('sign_up.name'), bio: t('profile.bio') }} />
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
          description={t('profile.bio_hint', left(BIO_CHARS_MAX - form.values.bio.length))}
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
          <Button type="submit" loading={write.isPending} disabled={!form.isDirty()}>
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
