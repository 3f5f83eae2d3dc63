import { Button, Divider, Stack, Text, TextInput, Title } from '@mantine/core';
import { editGroup } from '@regulars/client';
import { deleteGroupMutation, getGroupOptions } from '@regulars/client/react-query';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { GroupForm } from '~/components/groups/GroupForm';
import { showProblem, showSuccess } from '~/forms';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/groups/$slug/edit')({ component: EditGroup });

function EditGroup() {
  const { t } = useTranslation(['groups', 'common']);
  const path = Route.useParams();
  const { data: group } = useSuspenseQuery(getGroupOptions({ path }));
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
        initial={{ name: group.name, description: group.description, kind: group.kind, private: group.private }}
        label={t('edit.submit')}
        submit={async (terms) => {
          await editGroup({ path, body: terms, throwOnError: true });
          await queries.invalidateQueries();
          showSuccess(t('edit.done'));
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
