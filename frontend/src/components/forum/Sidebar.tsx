import { Card, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { LinkText } from '../links';
import classes from './forum.module.css';
import { groups, leaders, popularTags, WIDE } from './sidebarQueries';
import { TagChips } from './TagChips';

/** Whether there is room for a sidebar. */
export const useIsWide = () => useMediaQuery(WIDE, undefined, { getInitialValueInEffect: false });

/** A page’s content, with a sidebar on wide screens. */
export function SidebarLayout({ sidebar, children }: { sidebar: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.columns}>
      <div>{children}</div>
      <div className={classes.sidebar}>{sidebar}</div>
    </div>
  );
}

/** A card of the sidebar. */
export function SidebarCard({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  return (
    <Card component="section">
      <Group justify="space-between" mb="xs" wrap="nowrap" align="baseline">
        <Text component="h2" fw={650} size="sm">
          {title}
        </Text>
        <span style={{ flex: 'none' }}>{more}</span>
      </Group>
      {children}
    </Card>
  );
}

/** What the community is about and who carries it. */
export function CommunitySidebar() {
  return useIsWide() ? (
    <>
      <PopularTags />
      <MonthsBest />
      <LargestGroups />
    </>
  ) : null;
}

function PopularTags() {
  const { t } = useTranslation(['forum', 'common']);
  const { data, isError } = useQuery(popularTags());
  if (isError || data?.items.length === 0) return null;
  return (
    <SidebarCard
      title={t('sidebar.tags')}
      more={
        <LinkText to="/tags" size="xs">
          {t('sidebar.all')}
        </LinkText>
      }
    >
      {data ? <TagChips tags={data.items.map(({ name }) => name)} /> : <Skeleton h={112} />}
    </SidebarCard>
  );
}

function MonthsBest() {
  const { t } = useTranslation(['forum', 'common']);
  const { data, isError } = useQuery(leaders());
  if (isError || data?.items.length === 0) return null;
  return (
    <SidebarCard
      title={t('sidebar.leaders')}
      more={
        <LinkText to="/leaderboards" size="xs">
          {t('sidebar.all')}
        </LinkText>
      }
    >
      {!data && <Skeleton h={140} />}
      <Stack gap={6} component="ol" p={0} m={0}>
        {data?.items.map(({ member, rank, score }) => (
          <Group key={member.handle} component="li" gap="xs" wrap="nowrap" justify="space-between">
            <Group gap="xs" wrap="nowrap" miw={0}>
              <Text size="sm" c="dimmed" w={18} ta="right" style={{ flex: 'none' }}>
                {number(rank)}
              </Text>
              <LinkText to="/members/$handle" params={{ handle: member.handle }} size="sm" fw={500} truncate>
                {member.display_name}
              </LinkText>
            </Group>
            <Text size="xs" c="dimmed" style={{ flex: 'none' }}>
              {t('common:points', { count: score, formatted: number(score) })}
            </Text>
          </Group>
        ))}
      </Stack>
    </SidebarCard>
  );
}

function LargestGroups() {
  const { t } = useTranslation(['forum', 'common']);
  const { data, isError } = useQuery(groups());
  if (isError || data?.items.length === 0) return null;
  return (
    <SidebarCard
      title={t('sidebar.groups')}
      more={
        <LinkText to="/groups" size="xs">
          {t('sidebar.all')}
        </LinkText>
      }
    >
      {!data && <Skeleton h={120} />}
      <Stack gap={8}>
        {data?.items.map((group) => (
          <div key={group.id}>
            <LinkText to="/groups/$slug" params={{ slug: group.slug }} size="sm" fw={500}>
              {group.name}
            </LinkText>
            <Text size="xs" c="dimmed">
              {t('sidebar.members', { count: group.member_count, formatted: number(group.member_count) })}
            </Text>
          </div>
        ))}
      </Stack>
    </SidebarCard>
  );
}
