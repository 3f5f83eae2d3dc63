import { Avatar, Badge, Card, Group, SimpleGrid, Stack, Tabs, Text, Title } from '@mantine/core';
import { getMemberOptions } from '@regulars/client/react-query';
import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, Outlet, useMatchRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { DocumentTitle } from '~/components/DocumentTitle';
import { LinkButton, LinkText } from '~/components/links';
import { MergedInto } from '~/components/MergedInto';
import { date, number } from '~/format';
import { loadNamespaces } from '~/i18n';
import { isStaff, useMe } from '~/session';

const memberOf = (handle: string) => getMemberOptions({ path: { handle } });

export const Route = createFileRoute('/members/$handle')({
  loader: ({ context: { queries }, params }) => Promise.all([loadNamespaces('groups'), queries.ensureQueryData(memberOf(params.handle))]),
  component: ProfilePage,
});

const COUNTS = ['reputation', 'questions', 'answers', 'accepted_answers'] as const;

function ProfilePage() {
  const { t } = useTranslation('groups');
  const { t: common } = useTranslation();
  const { handle } = Route.useParams();
  const { data: member } = useSuspenseQuery(memberOf(handle));
  const me = useMe();
  const navigate = Route.useNavigate();
  const answers = useMatchRoute()({ to: '/members/$handle/answers', params: { handle } });
  return (
    <Stack gap="lg">
      <DocumentTitle title={member.display_name} />
      {member.merged_into && <MergedInto handle={member.merged_into} />}
      <Group align="flex-start" gap="lg">
        <Avatar name={member.display_name} size={84} color="brand" variant="filled" aria-hidden />
        <Stack gap={4} flex="1 1 280px">
          <Group gap="xs">
            <Title order={1} size="h2">
              {member.display_name}
            </Title>
            {member.role !== 'member' && <Badge variant="filled">{common(`role.${member.role}`)}</Badge>}
          </Group>
          <Text c="dimmed">
            @{member.handle} · {t('profile.since', { date: date(member.since) })}
          </Text>
          {!member.claimed && !member.merged_into && <Text size="sm">{t('profile.unclaimed')}</Text>}
          {member.bio && (
            <Text maw={640} className="prose">
              {member.bio}
            </Text>
          )}
          {member.groups.length > 0 && (
            <Group gap="xs" mt={4}>
              {member.groups.map((group) => (
                <LinkText key={group.slug} to="/groups/$slug" params={{ slug: group.slug }} size="sm">
                  {group.name}
                </LinkText>
              ))}
            </Group>
          )}
        </Stack>
        <Group gap="xs">
          {me?.handle === member.handle && (
            <LinkButton to="/settings" variant="default">
              {t('profile.edit')}
            </LinkButton>
          )}
          {isStaff(me) && (
            <LinkButton to="/admin/members/$handle" params={{ handle }} variant="default">
              {t('profile.admin')}
            </LinkButton>
          )}
        </Group>
      </Group>

      <SimpleGrid cols={{ base: 2, sm: 4 }} component="dl" m={0}>
        {COUNTS.map((count) => (
          <Card key={count} padding="sm">
            <Text component="dt" size="sm" c="dimmed">
              {t(`profile.${count}`)}
            </Text>
            <Text component="dd" m={0} size="xl" fw={650}>
              {number(member[count])}
            </Text>
          </Card>
        ))}
      </SimpleGrid>

      <div>
        <Tabs
          value={answers ? 'answers' : 'questions'}
          mb="md"
          onChange={(value) => navigate({ to: value === 'answers' ? '/members/$handle/answers' : '/members/$handle', params: { handle } })}
        >
          <Tabs.List>
            <Tabs.Tab value="questions">{t('profile.questions')}</Tabs.Tab>
            <Tabs.Tab value="answers">{t('profile.answers')}</Tabs.Tab>
          </Tabs.List>
        </Tabs>
        <Outlet />
      </div>
    </Stack>
  );
}
