import { Badge, Button, Group, Text, ThemeIcon } from '@mantine/core';
import type { SessionView } from '@regulars/client';
import { listMySessionsInfiniteOptions, revokeMySessionMutation } from '@regulars/client/react-query';
import { IconDeviceDesktop, IconDeviceMobile, IconDevices } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '~/components/account/SettingsCard';
import { deviceName, isPhone } from '~/components/account/userAgent';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { RelativeTime } from '~/components/RelativeTime';
import { showProblem, showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/_member/settings/sessions')({
  loader: ({ context: { queries } }) => queries.ensureInfiniteQueryData({ ...listMySessionsInfiniteOptions(), ...byCursor }),
  component: Sessions,
});

function Sessions() {
  const { t } = useTranslation('account');
  const query = useInfiniteQuery({ ...listMySessionsInfiniteOptions(), ...byCursor });
  return (
    <SettingsCard title={t('settings.part.sessions')} description={t('sessions.description')}>
      <InfiniteList query={query} empty={<Empty icon={IconDevices} title={t('sessions.none')} />}>
        {(session) => <Session key={session.id} session={session} />}
      </InfiniteList>
    </SettingsCard>
  );
}

function Session({ session }: { session: SessionView }) {
  const { t } = useTranslation('account');
  const queries = useQueryClient();
  const name = deviceName(session.user_agent) ?? t('sessions.unknown');
  const revoke = useWrite({
    ...revokeMySessionMutation(),
    onSuccess: async () => {
      showSuccess(t('sessions.ended', { name }));
      await invalidate(queries, 'my_sessions');
    },
    onError: (error) => showProblem(error),
  });
  return (
    <Group wrap="nowrap" align="flex-start">
      <ThemeIcon variant="light" color={session.current ? 'brand' : 'gray'} size={40} radius="xl" aria-hidden>
        {isPhone(session.user_agent) ? <IconDeviceMobile size={22} stroke={1.5} /> : <IconDeviceDesktop size={22} stroke={1.5} />}
      </ThemeIcon>
      <div style={{ flex: 1, minWidth: 0 }}>
        <Group gap={8}>
          <Text fw={500} title={session.user_agent}>
            {name}
          </Text>
          {session.current && <Badge>{t('sessions.current')}</Badge>}
        </Group>
        <Text size="sm" c="dimmed">
          {t('sessions.used')} <RelativeTime at={session.last_used_at} /> · {t('sessions.since')} <RelativeTime at={session.since} />
        </Text>
      </div>
      {!session.current && (
        <Button
          size="xs"
          variant="default"
          loading={revoke.isPending}
          onClick={() => revoke.mutate({ path: { session_id: session.id } })}
          aria-label={t('sessions.end_named', { name })}
        >
          {t('sessions.end')}
        </Button>
      )}
    </Group>
  );
}
