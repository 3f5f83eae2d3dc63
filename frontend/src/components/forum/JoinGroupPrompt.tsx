import { Button, Stack, Text } from '@mantine/core';
import type { GroupView } from '@regulars/client';
import { getGroupQueryKey, joinGroupMutation } from '@regulars/client/react-query';
import { IconUsersGroup } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { showProblem, showSuccess } from '~/forms';
import { useWrite } from '~/useWrite';
import { LinkButton } from '../links';

/** Questions of a group are answered by its members: the way into the group. */
export function JoinGroupPrompt({ group }: { group: GroupView }) {
  const { t } = useTranslation('forum');
  const queries = useQueryClient();
  const join = useWrite({
    ...joinGroupMutation(),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: getGroupQueryKey({ path: { slug: group.slug } }) });
      showSuccess(t('group.joined', { group: group.name }));
    },
    onError: (error) => showProblem(error),
  });
  return (
    <Stack gap="sm" align="flex-start">
      <Text c="dimmed">{t('group.members_answer', { group: group.name })}</Text>
      {group.kind === 'open' ? (
        <Button
          leftSection={<IconUsersGroup size={16} />}
          loading={join.isPending}
          onClick={() => join.mutate({ path: { slug: group.slug } })}
        >
          {t('group.join')}
        </Button>
      ) : (
        <LinkButton to="/groups/$slug" params={{ slug: group.slug }} variant="default">
          {t('group.see')}
        </LinkButton>
      )}
    </Stack>
  );
}
