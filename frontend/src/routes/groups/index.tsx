import { Badge, Group, Switch, Text } from '@mantine/core';
import type { GroupView } from '@regulars/client';
import { listGroupsInfiniteOptions } from '@regulars/client/react-query';
import { IconLock, IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { LinkButton, LinkCard } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { SearchField } from '~/components/SearchField';
import { number } from '~/format';
import { loadNamespaces } from '~/i18n';
import { useSignedIn } from '~/session';

interface Search {
  q?: string;
  mine?: boolean;
}

const listOf = ({ q, mine }: Search) => ({
  ...listGroupsInfiniteOptions({ query: { ...(q && { q }), ...(mine && { mine }) } }),
  ...byCursor,
});

export const Route = createFileRoute('/groups/')({
  validateSearch: (search): Search => ({ q: search.q ? String(search.q) : undefined, mine: search.mine ? true : undefined }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps }) => Promise.all([loadNamespaces('groups'), queries.ensureInfiniteQueryData(listOf(deps))]),
  component: Groups,
});

function Groups() {
  const { t } = useTranslation('groups');
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const signedIn = useSignedIn();
  const query = useInfiniteQuery(listOf(search));
  return (
    <>
      <PageHeader title={t('list.title')} description={t('list.description')}>
        {signedIn && (
          <LinkButton to="/groups/new" leftSection={<IconPlus size={16} />}>
            {t('list.found')}
          </LinkButton>
        )}
      </PageHeader>
      <Group mb="md">
        <SearchField
          aria-label={t('list.search')}
          placeholder={t('list.search')}
          value={search.q}
          onChange={(q) => navigate({ search: (known) => ({ ...known, q }), replace: true })}
        />
        {signedIn && (
          <Switch
            label={t('list.mine')}
            checked={search.mine ?? false}
            onChange={(event) => navigate({ search: { ...search, mine: event.currentTarget.checked || undefined } })}
          />
        )}
      </Group>
      <InfiniteList query={query} empty={<Empty icon={IconUsersGroup} title={search.q ? t('list.none_found') : t('list.none')} />}>
        {card}
      </InfiniteList>
    </>
  );
}

const card = (group: GroupView) => <GroupCard key={group.id} group={group} />;

function GroupCard({ group }: { group: GroupView }) {
  const { t } = useTranslation('groups');
  return (
    <LinkCard to="/groups/$slug" params={{ slug: group.slug }} c="var(--mantine-color-text)" td="none">
      <Group justify="space-between" gap="xs">
        <Text component="h2" fw={600}>
          {group.name} {group.private && <IconLock size={15} aria-label={t('private')} />}
        </Text>
        <Group gap="xs">
          {group.my_state && (
            <Badge>{group.my_state === 'active' ? t(`role.${group.my_role ?? 'member'}`) : t(`state.${group.my_state}`)}</Badge>
          )}
          <Text size="sm" c="dimmed">
            {t('members', { count: group.member_count, formatted: number(group.member_count) })}
          </Text>
        </Group>
      </Group>
      {group.description && (
        <Text size="sm" c="dimmed" lineClamp={2} mt={4}>
          {group.description}
        </Text>
      )}
    </LinkCard>
  );
}
