import { notifications as toasts } from '@mantine/notifications';
import type { NotificationKind, NotificationView } from '@regulars/client';
import { readNotificationsMutation } from '@regulars/client/react-query';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useEffect } from 'react';
import { showProblem } from '~/forms';
import { words } from '~/i18n';
import { useWrite } from '~/write';
import { refreshPoints } from '../loyalty/refresh';
import { listen } from './listen';
import { sentenceOf } from './news';

const LISTS = ['listMyNotifications', 'countMyNotifications'];

const OF_POINTS: NotificationKind[] = ['tier_changed', 'redemption_changed', 'points_available', 'points_adjusted', 'referral_rewarded'];

const refreshNews = (queries: QueryClient) =>
  queries.invalidateQueries({ predicate: ({ queryKey: [key] }) => LISTS.includes((key as { _id?: string })?._id ?? '') });

/** Keeps everything that shows notifications up to date while the page is open, and says politely what is new. */
export function useLiveNotifications(signedIn: boolean) {
  const queries = useQueryClient();
  useEffect(() => {
    if (!signedIn) return;
    return listen((news) => {
      refreshNews(queries);
      if (OF_POINTS.includes(news.kind)) refreshPoints(queries);
      // Of several tabs, the one that is looked at says it.
      if (document.visibilityState === 'visible') say(news);
    });
  }, [signedIn, queries]);
}

async function say(news: NotificationView) {
  await words('account');
  const t = i18next.getFixedT(null, 'account');
  toasts.show({
    // What replaces an earlier one takes its place on the screen as well.
    id: news.kind + (news.post_id ?? news.question?.id ?? news.id),
    role: 'status',
    message: sentenceOf(t, news),
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
      onSuccess: () => refreshNews(queries),
      onError: (error) => showProblem(error),
    },
    ({ body }) => JSON.stringify(body),
  );
}
