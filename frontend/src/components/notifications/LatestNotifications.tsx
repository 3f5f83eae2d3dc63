import { Box, Button, Group, ScrollArea, Text } from '@mantine/core';
import { listMyNotificationsOptions } from '@regulars/client/react-query';
import { IconBell } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import classes from '../InfiniteList.module.css';
import { Empty, Loading, Problem } from '../LoadState';
import { LinkButton } from '../links';
import { NotificationRow } from './NotificationRow';
import { useReadNotifications } from './useNotifications';

const LATEST = 8;

/** What the bell shows when it is opened. */
export default function LatestNotifications({ unread, onOpen }: { unread: number; onOpen: () => void }) {
  const { t } = useTranslation(['account', 'common']);
  const read = useReadNotifications();
  const latest = useQuery(listMyNotificationsOptions({ query: { limit: LATEST } }));
  return (
    <>
      <Group justify="space-between" px="md" py="xs">
        <Text fw={600}>{t('common:nav.notifications')}</Text>
        {unread > 0 && (
          <Button size="compact-sm" variant="subtle" loading={read.isPending} onClick={() => read.mutate({ body: {} })}>
            {t('notifications.read_all')}
          </Button>
        )}
      </Group>
      <ScrollArea.Autosize mah="min(60vh, 480px)" style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}>
        {latest.isPending && <Loading />}
        {latest.isError && <Problem error={latest.error} />}
        {latest.data?.items.length === 0 && <Empty icon={IconBell} title={t('notifications.none')} />}
        <div className={classes.rows}>
          {latest.data?.items.map((notification) => (
            <NotificationRow key={notification.id} notification={notification} onOpen={onOpen} />
          ))}
        </div>
      </ScrollArea.Autosize>
      <Box p="xs" style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}>
        <LinkButton to="/notifications" variant="subtle" fullWidth onClick={onOpen}>
          {t('notifications.all')}
        </LinkButton>
      </Box>
    </>
  );
}
