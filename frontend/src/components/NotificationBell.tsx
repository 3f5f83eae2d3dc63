import { ActionIcon, Indicator, Popover } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { countMyNotificationsOptions } from '@regulars/client/react-query';
import { IconBell } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { compact, number } from '~/format';
import { useSessionExpired, useSignedIn } from '~/session';
import { Loading } from './LoadState';
import { useLiveNotifications } from './notifications/useNotifications';

const LatestNotifications = lazy(() => import('./notifications/LatestNotifications'));

/** The bell in the header: how many notifications are unread, and the latest at hand. */
export function NotificationBell() {
  const { t } = useTranslation();
  const signedIn = useSignedIn();
  const expired = useSessionExpired();
  const [opened, popover] = useDisclosure(false);
  const { data } = useQuery({ ...countMyNotificationsOptions(), enabled: signedIn && !expired, staleTime: 60_000 });
  useLiveNotifications(signedIn && !expired);
  const unread = data?.unread ?? 0;
  const label =
    unread > 0 ? `${t('nav.notifications')} (${t('unread', { count: unread, formatted: number(unread) })})` : t('nav.notifications');
  return (
    <Popover
      opened={opened}
      onChange={popover.set}
      width="min(400px, calc(100vw - 32px))"
      position="bottom-end"
      trapFocus
      returnFocus
      shadow="md"
    >
      <Indicator label={compact(unread)} size={18} offset={5} disabled={unread === 0} zIndex={1}>
        <Popover.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={popover.toggle}>
            <IconBell size={20} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} aria-label={t('nav.notifications')}>
        <Suspense fallback={<Loading />}>
          <LatestNotifications unread={unread} onOpen={popover.close} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
