import { Button, Divider, Stack, Text, TextInput, Title } from '@mantine/core';
import { editGroup, type GroupView, getGroup } from '@regulars/client';
import { deleteGroupMutation, getGroupOptions } from '@regulars/client/react-query';
import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { GroupForm, type GroupTerms } from '~/components/groups/GroupForm';
import { showProblem, showSuccess } from '~/forms';
import { changesOf } from '~/rebase';
import { type Version, versionOfTag } from '~/useEditForm';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/groups/$slug/edit')({
  loader: ({ context: { queries }, params }) => queries.ensureQueryData(termsOptions(params.slug)),
  component: EditGroup,
});

const versionOf = ({ name, description, kind, private: isPrivate }: GroupView, etag: string | null): Version<GroupTerms> => ({
  version: versionOfTag(etag),
  values: { name, description, kind, private: isPrivate },
});

/** The group's terms with their version, which an edit has to name. */
const termsOptions = (slug: string) =>
  queryOptions({
    queryKey: [{ _id: 'getGroup', path: { slug }, with: 'etag' }],
    queryFn: async ({ signal }) => {
      const { data, response } = await getGroup({ path: { slug }, signal, throwOnError: true });
      return versionOf(data, response.headers.get('ETag'));
    },
  });

function EditGroup() {
  const { t } = useTranslation(['groups', 'common']);
  const path = Route.useParams();
  const { data: group } = useSuspenseQuery(getGroupOptions({ path }));
  const { data: now } = useSuspenseQuery(termsOptions(path.slug));
  const queries = useQueryClient();
  const navigate = Route.useNavigate();
  const [typed, setTyped] = useState('');
  const end = useWrite({
    ...deleteGroupMutation(),
    onSuccess: async () => {
      await navigate({ to: '/groups' });
      await queries.invalidateQueries();
    },
    onError: (error) => showProblem(error),
  });
  return (
    <Stack gap="xl">
      <GroupForm
        draft={`edit.group.${group.id}`}
        now={now}
        read={() => queries.fetchQuery({ ...termsOptions(path.slug), staleTime: 0 })}
        label={t('edit.submit')}
        submit={async (terms, begun) => {
          const headers = { 'If-Match': begun.version };
          const { data, response } = await editGroup({ path, headers, body: changesOf(terms, begun.values), throwOnError: true });
          await queries.invalidateQueries();
          showSuccess(t('edit.done'));
          return versionOf(data, response.headers.get('ETag'));
        }}
      />
      <Divider />
      <Stack maw={640} gap="xs" align="flex-start">
        <Title order={2} size="h4">
          {t('end.title')}
        </Title>
        <Text size="sm">{t('end.warning')}</Text>
        <TextInput
          label={t('common:type_to_confirm', { word: group.name })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button color="red" disabled={typed !== group.name} loading={end.isPending} onClick={() => end.mutate({ path })}>
          {t('end.button')}
        </Button>
      </Stack>
    </Stack>
  );
}
