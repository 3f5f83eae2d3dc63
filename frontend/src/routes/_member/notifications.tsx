import { Button, Tabs, Text } from '@mantine/core';
import type { NotificationView } from '@regulars/client';
import { countMyNotificationsOptions, listMyNotificationsInfiniteOptions } from '@regulars/client/react-query';
import { IconBell, IconChecks, IconSettings } from '@tabler/icons-react';
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { LinkButton } from '~/components/links';
import { NotificationRow } from '~/components/notifications/NotificationRow';
import { useReadNotifications } from '~/components/notifications/useNotifications';
import { PageHeader } from '~/components/PageHeader';
import { TabRow } from '~/components/TabRow';
import { number } from '~/format';
import { loadNamespaces } from '~/i18n';

const listOf = (unread?: true) => ({ ...listMyNotificationsInfiniteOptions({ query: { unread } }), ...byCursor });

export const Route = createFileRoute('/_member/notifications')({
  validateSearch: (search): { unread?: true } => ({ unread: search.unread ? true : undefined }),
  loaderDeps: ({ search: { unread } }) => ({ unread }),
  loader: ({ context: { queries }, deps: { unread } }) =>
    Promise.all([
      loadNamespaces('account'),
      queries.ensureQueryData(countMyNotificationsOptions()),
      queries.ensureInfiniteQueryData(listOf(unread)),
    ]),
  component: Notifications,
});

const row = (notification: NotificationView) => <NotificationRow key={notification.id} notification={notification} />;

function Notifications() {
  const { t } = useTranslation(['account', 'common']);
  const { unread } = Route.useSearch();
  const navigate = Route.useNavigate();
  const read = useReadNotifications();
  const { data: count } = useSuspenseQuery(countMyNotificationsOptions());
  const tab = unread ? 'unread' : 'all';
  return (
    <>
      <PageHeader title={t('common:nav.notifications')}>
        {count.unread > 0 && (
          <Button
            variant="default"
            leftSection={<IconChecks size={18} />}
            loading={read.isPending}
            onClick={() => read.mutate({ body: {} })}
          >
            {t('notifications.read_all')}
          </Button>
        )}
        <LinkButton to="/settings/notifications" variant="default" leftSection={<IconSettings size={18} />}>
          {t('notifications.settings')}
        </LinkButton>
      </PageHeader>
      <Tabs value={tab} onChange={(next) => navigate({ search: { unread: next === 'unread' || undefined }, replace: true })}>
        <TabRow value={tab} mb="md" aria-label={t('common:nav.notifications')}>
          <Tabs.Tab value="all">{t('notifications.tab_all')}</Tabs.Tab>
          <Tabs.Tab value="unread">
            {t('notifications.tab_unread')}
            {count.unread > 0 && ` (${number(count.unread)})`}
          </Tabs.Tab>
        </TabRow>
        <Tabs.Panel value={tab}>
          <NotificationList unread={unread} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** Apart from the tabs, whose context is another at each drawing. */
function NotificationList({ unread }: { unread?: true }) {
  const { t } = useTranslation('account');
  const query = useInfiniteQuery(listOf(unread));
  return (
    <InfiniteList
      query={query}
      as="rows"
      empty={
        <Empty icon={IconBell} title={t(unread ? 'notifications.none_unread' : 'notifications.none')}>
          <Text c="dimmed">{t('notifications.none_detail')}</Text>
        </Empty>
      }
    >
      {row}
    </InfiniteList>
  );
}
