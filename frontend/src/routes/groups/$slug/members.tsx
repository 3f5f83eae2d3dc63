import { ActionIcon, Badge, Box, Button, Card, Group, Menu, SegmentedControl, TextInput } from '@mantine/core';
import type { GroupRole, MembershipState, MembershipView } from '@regulars/client';
import {
  getGroupOptions,
  listGroupMembersInfiniteOptions,
  removeGroupMemberMutation,
  setGroupMemberMutation,
} from '@regulars/client/react-query';
import { IconDots, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { type ReactNode, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AuthorChip } from '~/components/AuthorChip';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { RelativeTime } from '~/components/RelativeTime';
import { showProblem, showSuccess } from '~/forms';
import { oneOf } from '~/searchParams';
import { isStaff, useMe } from '~/session';
import { useWrite } from '~/useWrite';

const STATES = ['active', 'requested', 'invited', 'banned'] as const;

export const Route = createFileRoute('/groups/$slug/members')({
  validateSearch: (search): { state?: MembershipState } => ({ state: oneOf(STATES, search.state) }),
  component: GroupMembers,
});

function GroupMembers() {
  const { t } = useTranslation('groups');
  const path = Route.useParams();
  const { state = 'active' } = Route.useSearch();
  const navigate = Route.useNavigate();
  const me = useMe();
  const { data: group } = useSuspenseQuery(getGroupOptions({ path }));
  const leads = group.my_role === 'owner' || group.my_role === 'moderator' || isStaff(me);
  const query = useInfiniteQuery({
    ...listGroupMembersInfiniteOptions({ path, query: state === 'active' ? {} : { state } }),
    ...byCursor,
  });
  const owns = group.my_role === 'owner' || isStaff(me);
  const card = useCallback(
    (membership: MembershipView) => (
      <MembershipCard key={membership.member.id} membership={membership}>
        {leads && <Actions slug={path.slug} membership={membership} owns={owns} />}
      </MembershipCard>
    ),
    [leads, owns, path.slug],
  );
  return (
    <>
      {leads && (
        <Group mb="md" align="flex-end">
          <SegmentedControl
            aria-label={t('lead.which')}
            value={state}
            onChange={(value) => navigate({ search: value === 'active' ? {} : { state: value as MembershipState } })}
            data={STATES.map((value) => ({ value, label: t(`lead.${value}`) }))}
          />
          <Invite slug={path.slug} />
        </Group>
      )}
      <InfiniteList query={query} empty={<Empty icon={IconUsers} title={t('lead.none')} />}>
        {card}
      </InfiniteList>
    </>
  );
}

function MembershipCard({ membership, children }: { membership: MembershipView; children: ReactNode }) {
  const { t } = useTranslation('groups');
  return (
    <Card padding="sm">
      <Group justify="space-between" gap="xs">
        <Box flex="1 1 160px">
          <AuthorChip author={membership.member} size={32}>
            <RelativeTime at={membership.since} />
          </AuthorChip>
        </Box>
        <Group gap="xs" wrap="nowrap">
          {membership.role !== 'member' && <Badge flex="none">{t(`role.${membership.role}`)}</Badge>}
          {children}
        </Group>
      </Group>
    </Card>
  );
}

/** What those who lead the group do to a membership. */
function Actions({ slug, membership, owns }: { slug: string; membership: MembershipView; owns: boolean }) {
  const { t } = useTranslation('groups');
  const queries = useQueryClient();
  const { handle, display_name: name } = membership.member;
  const path = { slug, handle };
  const settled = { onSuccess: () => queries.invalidateQueries(), onError: (error: unknown) => showProblem(error) };
  const change = useWrite({ ...setGroupMemberMutation(), ...settled });
  const removal = useWrite({ ...removeGroupMemberMutation(), ...settled });
  const set = (body: { role?: GroupRole; state?: MembershipState }) => () => change.mutate({ path, body });
  const remove = () => removal.mutate({ path });

  if (membership.state === 'requested') {
    return (
      <>
        <Button size="xs" onClick={set({ state: 'active' })}>
          {t('lead.let_in')}
        </Button>
        <Button size="xs" variant="default" onClick={remove}>
          {t('lead.refuse')}
        </Button>
      </>
    );
  }
  if (membership.state !== 'active') {
    return (
      <Button size="xs" variant="default" onClick={remove}>
        {t(membership.state === 'banned' ? 'lead.unban' : 'lead.withdraw')}
      </Button>
    );
  }
  if (membership.role === 'owner') return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('lead.actions', { name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {owns && membership.role === 'member' && <Menu.Item onClick={set({ role: 'moderator' })}>{t('lead.promote')}</Menu.Item>}
        {owns && membership.role === 'moderator' && <Menu.Item onClick={set({ role: 'member' })}>{t('lead.demote')}</Menu.Item>}
        {owns && <Menu.Item onClick={set({ role: 'owner' })}>{t('lead.hand_over')}</Menu.Item>}
        <Menu.Item onClick={remove}>{t('lead.remove')}</Menu.Item>
        <Menu.Item c="var(--bad)" onClick={set({ role: 'member', state: 'banned' })}>
          {t('lead.ban')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Invite({ slug }: { slug: string }) {
  const { t } = useTranslation('groups');
  const queries = useQueryClient();
  const [handle, setHandle] = useState('');
  const invite = useWrite({
    ...setGroupMemberMutation(),
    onSuccess: async () => {
      setHandle('');
      showSuccess(t('lead.invited_done', { handle }));
      await queries.invalidateQueries();
    },
    onError: (error) => showProblem(error),
  });
  return (
    <Group
      component="form"
      gap="xs"
      align="flex-end"
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate({ path: { slug, handle }, body: { state: 'invited' } });
      }}
    >
      <TextInput label={t('lead.handle')} value={handle} onChange={(event) => setHandle(event.currentTarget.value.trim())} />
      <Button type="submit" variant="default" disabled={!handle} loading={invite.isPending}>
        {t('lead.invite')}
      </Button>
    </Group>
  );
}
