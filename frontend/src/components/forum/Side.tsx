import { Card, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { LinkText } from '../links';
import { groups, leaders, popularTags, WIDE } from './besides';
import classes from './forum.module.css';
import { TagChips } from './TagChips';

/** Whether there is room for a side column. */
export const useIsWide = () => useMediaQuery(WIDE, undefined, { getInitialValueInEffect: false });

/** A list with what is beside it on wide screens. */
export function Columns({ side, children }: { side: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.columns}>
      <div>{children}</div>
      <div className={classes.side}>{side}</div>
    </div>
  );
}

export function SideCard({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
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
export function CommunitySide() {
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
    <SideCard
      title={t('side.tags')}
      more={
        <LinkText to="/tags" size="xs">
          {t('side.all')}
        </LinkText>
      }
    >
      {data ? <TagChips tags={data.items.map(({ name }) => name)} /> : <Skeleton h={112} />}
    </SideCard>
  );
}

function MonthsBest() {
  const { t } = useTranslation(['forum', 'common']);
  const { data, isError } = useQuery(leaders());
  if (isError || data?.items.length === 0) return null;
  return (
    <SideCard
      title={t('side.leaders')}
      more={
        <LinkText to="/leaderboards" size="xs">
          {t('side.all')}
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
    </SideCard>
  );
}

function LargestGroups() {
  const { t } = useTranslation(['forum', 'common']);
  const { data, isError } = useQuery(groups());
  if (isError || data?.items.length === 0) return null;
  return (
    <SideCard
      title={t('side.groups')}
      more={
        <LinkText to="/groups" size="xs">
          {t('side.all')}
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
              {t('side.members', { count: group.member_count, formatted: number(group.member_count) })}
            </Text>
          </div>
        ))}
      </Stack>
    </SideCard>
  );
}
