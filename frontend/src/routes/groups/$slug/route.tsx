import { Alert, Badge, Button, Group, Tabs, Text } from '@mantine/core';
import type { GroupView } from '@regulars/client';
import { getGroupOptions, joinGroupMutation, leaveGroupMutation } from '@regulars/client/react-query';
import { IconDoorExit, IconLock, IconPlus } from '@tabler/icons-react';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, Outlet, useMatchRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { useConfirm } from '~/components/useConfirm';
import { number } from '~/format';
import { showProblem } from '~/forms';
import { loadNamespaces } from '~/i18n';
import { useSignedIn } from '~/session';
import { useWrite } from '~/useWrite';

const groupOf = (slug: string) => getGroupOptions({ path: { slug } });

export const Route = createFileRoute('/groups/$slug')({
  loader: ({ context: { queries }, params }) => Promise.all([loadNamespaces('groups'), queries.ensureQueryData(groupOf(params.slug))]),
  component: GroupPage,
});

const TABS = [
  ['questions', '/groups/$slug'],
  ['members', '/groups/$slug/members'],
  ['board', '/groups/$slug/board'],
] as const;

function GroupPage() {
  const { t } = useTranslation('groups');
  const { slug } = Route.useParams();
  const { data: group } = useSuspenseQuery(groupOf(slug));
  const navigate = Route.useNavigate();
  const matches = useMatchRoute();
  const tab = TABS.find(([, to]) => matches({ to, params: { slug } }))?.[0] ?? 'edit';
  const leads = group.my_role === 'owner';
  return (
    <>
      <PageHeader title={group.name} description={group.description}>
        <Membership group={group} />
      </PageHeader>
      <Group gap="xs" mb="md">
        <Badge color="gray" c="var(--mantine-color-text)">
          {t(`kind.${group.kind}`)}
        </Badge>
        {group.private && (
          <Badge color="gray" c="var(--mantine-color-text)" leftSection={<IconLock size={12} />}>
            {t('private')}
          </Badge>
        )}
        <Text size="sm" c="dimmed">
          {t('members', { count: group.member_count, formatted: number(group.member_count) })}
        </Text>
      </Group>
      <Tabs
        value={tab}
        mb="md"
        onChange={(value) => {
          const to = TABS.find(([name]) => name === value)?.[1];
          navigate(to ? { to, params: { slug } } : { to: '/groups/$slug/edit', params: { slug } });
        }}
      >
        <Tabs.List>
          {TABS.map(([name]) => (
            <Tabs.Tab key={name} value={name}>
              {t(`tab.${name}`)}
            </Tabs.Tab>
          ))}
          {leads && <Tabs.Tab value="edit">{t('tab.edit')}</Tabs.Tab>}
        </Tabs.List>
      </Tabs>
      <Outlet />
    </>
  );
}

/** Getting in and out, and asking there. */
function Membership({ group }: { group: GroupView }) {
  const { t } = useTranslation('groups');
  const signedIn = useSignedIn();
  const queries = useQueryClient();
  const confirm = useConfirm();
  const options = { onSuccess: () => queries.invalidateQueries(), onError: (error: unknown) => showProblem(error) };
  const join = useWrite({ ...joinGroupMutation(), ...options });
  const leave = useWrite({ ...leaveGroupMutation(), ...options });
  const path = { slug: group.slug };

  if (!signedIn) {
    return (
      <LinkButton to="/sign-in" search={{ next: `/groups/${group.slug}` }}>
        {t('join.open')}
      </LinkButton>
    );
  }
  if (group.my_state === 'banned') return <Alert color="red">{t('banned')}</Alert>;
  if (group.my_state === 'active') {
    return (
      <>
        <LinkButton to="/ask" search={{ group: group.slug }} leftSection={<IconPlus size={16} />}>
          {t('ask_here')}
        </LinkButton>
        {group.my_role !== 'owner' && (
          <Button
            variant="default"
            leftSection={<IconDoorExit size={16} />}
            loading={leave.isPending}
            onClick={() => {
              // Whoever leaves an open group comes back with one click; other doors may stay shut.
              if (group.kind === 'open') leave.mutate({ path });
              else {
                confirm({
                  title: t('leave.title', { name: group.name }),
                  text: t('leave.warning'),
                  labels: { confirm: t('leave.button'), cancel: t('leave.stay') },
                  onConfirm: () => leave.mutate({ path }),
                });
              }
            }}
          >
            {t('leave.button')}
          </Button>
        )}
      </>
    );
  }
  if (group.my_state === 'requested') {
    return (
      <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate({ path })}>
        {t('join.take_back')}
      </Button>
    );
  }
  if (group.my_state === 'invited') {
    return (
      <>
        <Button loading={join.isPending} onClick={() => join.mutate({ path })}>
          {t('join.accept')}
        </Button>
        <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate({ path })}>
          {t('join.decline')}
        </Button>
      </>
    );
  }
  if (group.kind === 'invite_only') return <Text c="dimmed">{t('join.invite_only')}</Text>;
  return (
    <Button loading={join.isPending} onClick={() => join.mutate({ path })}>
      {t(`join.${group.kind}`)}
    </Button>
  );
}
