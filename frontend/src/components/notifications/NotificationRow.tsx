import { Text, ThemeIcon, VisuallyHidden } from '@mantine/core';
import type { NotificationView } from '@regulars/client';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { When } from '../When';
import classes from './NotificationRow.module.css';
import { NEWS_ICONS, placeOf, sentenceOf } from './news';
import { useReadNotifications } from './useNotifications';

/** One notification: what happened and when; it leads to where it happened, and counts as read then. */
export function NotificationRow({ news, onOpen }: { news: NotificationView; onOpen?: () => void }) {
  const { t } = useTranslation('account');
  const read = useReadNotifications();
  const Image = NEWS_ICONS[news.kind];
  const isUnread = !news.read_at;
  const open = () => {
    if (isUnread) read.mutate({ body: { ids: [news.id] } });
    onOpen?.();
  };
  return (
    <Link {...placeOf(news)} className={classes.row} data-unread={isUnread || undefined} onClick={open}>
      <ThemeIcon variant="light" color={isUnread ? 'brand' : 'gray'} size={36} radius="xl" aria-hidden>
        <Image size={18} />
      </ThemeIcon>
      <span className={classes.what}>
        <Text span fw={isUnread ? 600 : undefined} size="sm" display="block">
          {isUnread && <VisuallyHidden>{t('news.unread')} </VisuallyHidden>}
          {sentenceOf(t, news)}
        </Text>
        {news.reason && (
          <Text span size="sm" display="block">
            {news.reason}
          </Text>
        )}
        <Text span size="xs" c="dimmed">
          <When at={news.created_at} />
        </Text>
      </span>
      {isUnread && <span className={classes.dot} aria-hidden />}
    </Link>
  );
}
