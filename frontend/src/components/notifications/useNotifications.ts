import { notifications as toasts } from '@mantine/notifications';
import type { NotificationKind, NotificationView } from '@regulars/client';
import { readNotificationsMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useEffect } from 'react';
import { showProblem } from '~/forms';
import { loadNamespaces } from '~/i18n';
import { invalidate } from '~/invalidate';
import { useWrite } from '~/useWrite';
import { sentenceOf } from './notification';
import { subscribe } from './notificationStream';

const MOVES_POINTS: NotificationKind[] = ['tier_changed', 'redemption_changed', 'points_available', 'points_adjusted', 'referral_rewarded'];

/** Keeps everything that shows notifications up to date while the page is open, and says politely what is new. */
export function useLiveNotifications(signedIn: boolean) {
  const queries = useQueryClient();
  useEffect(() => {
    if (!signedIn) return;
    return subscribe((notification) => {
      invalidate(queries, 'notifications');
      if (MOVES_POINTS.includes(notification.kind)) invalidate(queries, 'my_points');
      // Of several tabs, the one that is looked at says it.
      if (document.visibilityState === 'visible') showNotification(notification);
    });
  }, [signedIn, queries]);
}

async function showNotification(notification: NotificationView) {
  await loadNamespaces('account');
  const t = i18next.getFixedT(null, 'account');
  toasts.show({
    // What replaces an earlier one takes its place on the screen as well.
    id: notification.kind + (notification.post_id ?? notification.question?.id ?? notification.id),
    role: 'status',
    message: sentenceOf(t, notification),
    color: 'teal',
    closeButtonProps: { 'aria-label': i18next.t('close') },
  });
}

/** Marks notifications as read: those of the ids, or all. */
export function useReadNotifications() {
  const queries = useQueryClient();
  return useWrite(
    {
      ...readNotificationsMutation(),
      onSuccess: () => invalidate(queries, 'notifications'),
      onError: (error) => showProblem(error),
    },
    ({ body }) => JSON.stringify(body),
  );
}
