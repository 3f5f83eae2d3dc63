import { Stack, Switch, Text } from '@mantine/core';
import type { NotificationKind, NotificationSettings } from '@regulars/client';
import {
  getNotificationSettingsOptions,
  getNotificationSettingsQueryKey,
  setNotificationSettingsMutation,
} from '@regulars/client/react-query';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '~/components/account/SettingsCard';
import { showProblem } from '~/forms';
import { useWrite } from '~/useWrite';

const AREAS = {
  forum: ['question_answered', 'post_commented', 'mentioned', 'answer_accepted', 'post_hidden', 'post_restored'],
  points: ['points_available', 'points_adjusted', 'tier_changed', 'redemption_changed', 'referral_rewarded'],
  groups: ['group_invited', 'group_granted', 'group_requested'],
} as const satisfies Record<string, NotificationKind[]>;

export const Route = createFileRoute('/_member/settings/notifications')({
  loader: ({ context: { queries } }) => queries.ensureQueryData(getNotificationSettingsOptions()),
  component: NotificationChoices,
});

function NotificationChoices() {
  const { t } = useTranslation('account');
  const queries = useQueryClient();
  const key = getNotificationSettingsQueryKey();
  const {
    data: { off },
  } = useSuspenseQuery(getNotificationSettingsOptions());
  const choose = useWrite(
    {
      ...setNotificationSettingsMutation(),
      // Shown at once, and taken back if the server refuses.
      onMutate: ({ body }) => {
        const before = queries.getQueryData<NotificationSettings>(key);
        queries.setQueryData(key, body);
        return before;
      },
      onError: (error, _, before) => {
        queries.setQueryData(key, before);
        showProblem(error);
      },
    },
    ({ body }) => JSON.stringify(body),
  );
  const set = (kind: NotificationKind, on: boolean) =>
    choose.mutate({ body: { off: on ? off.filter((other) => other !== kind) : [...off, kind] } });
  return (
    <>
      {Object.entries(AREAS).map(([area, kinds]) => (
        <SettingsCard key={area} title={t(`notification_settings.${area as keyof typeof AREAS}`)}>
          <Stack gap="md">
            {kinds.map((kind) => (
              <Switch
                key={kind}
                label={t(`notification_settings.kind.${kind}`)}
                checked={!off.includes(kind)}
                onChange={(event) => set(kind, event.currentTarget.checked)}
              />
            ))}
          </Stack>
        </SettingsCard>
      ))}
      <Text size="sm" c="dimmed">
        {t('notification_settings.hint')}
      </Text>
    </>
  );
}
