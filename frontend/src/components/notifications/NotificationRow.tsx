import { Text, ThemeIcon, VisuallyHidden } from '@mantine/core';
import type { NotificationView } from '@regulars/client';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../RelativeTime';
import classes from './NotificationRow.module.css';
import { linkOf, NOTIFICATION_ICONS, sentenceOf } from './notification';
import { useReadNotifications } from './useNotifications';

/** One notification: what happened and when; it leads to where it happened, and counts as read then. */
export function NotificationRow({ notification, onOpen }: { notification: NotificationView; onOpen?: () => void }) {
  const { t } = useTranslation('account');
  const read = useReadNotifications();
  const Image = NOTIFICATION_ICONS[notification.kind];
  const isUnread = !notification.read_at;
  const open = () => {
    if (isUnread) read.mutate({ body: { ids: [notification.id] } });
    onOpen?.();
  };
  return (
    <Link {...linkOf(notification)} className={classes.row} data-unread={isUnread || undefined} onClick={open}>
      <ThemeIcon variant="light" color={isUnread ? 'brand' : 'gray'} size={36} radius="xl" aria-hidden>
        <Image size={18} />
      </ThemeIcon>
      <span className={classes.what}>
        <Text span fw={isUnread ? 600 : undefined} size="sm" display="block">
          {isUnread && <VisuallyHidden>{t('notifications.unread')} </VisuallyHidden>}
          {sentenceOf(t, notification)}
        </Text>
        {notification.reason && (
          <Text span size="sm" display="block">
            {notification.reason}
          </Text>
        )}
        <Text span size="xs" c="dimmed">
          <RelativeTime at={notification.created_at} />
        </Text>
      </span>
      {isUnread && <span className={classes.dot} aria-hidden />}
    </Link>
  );
}
