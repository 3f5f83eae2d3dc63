import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { cancelRedemption, type RedemptionView } from '@regulars/client';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { date, number } from '~/format';
import { showProblem, showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { useIdempotencyKey } from '~/useIdempotencyKey';
import { useWrite } from '~/useWrite';
import { useConfirm } from '../useConfirm';
import { CodeBox } from './CodeBox';
import { Countdown } from './Countdown';
import { RedemptionSteps } from './RedemptionSteps';
import { RewardIcon } from './RewardIcon';

/** One of the member's redemptions, and how far it is. */
export function RedemptionCard({ redemption }: { redemption: RedemptionView }) {
  const { t } = useTranslation(['loyalty', 'common']);
  const isOver = ['cancelled', 'expired', 'refunded'].includes(redemption.state);
  return (
    <Card component="article" p="lg">
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Group wrap="nowrap" align="flex-start" miw={0}>
            <RewardIcon kind={redemption.reward.kind} color={isOver ? 'gray' : 'brand'} />
            <div>
              <Title order={2} size="md">
                {redemption.reward.name}
              </Title>
              <Text size="sm" c="dimmed">
                {t('common:points', { count: redemption.points, formatted: number(redemption.points) })} · {date(redemption.created_at)}
              </Text>
            </div>
          </Group>
          {redemption.state === 'held' && <CancelButton redemption={redemption} />}
        </Group>
        <RedemptionSteps redemption={redemption} />
        {redemption.state === 'held' && redemption.held_until && (
          <Text size="sm">
            {t('mine.held')} <Countdown until={redemption.held_until} />
          </Text>
        )}
        {redemption.code && !isOver && <CodeBox code={redemption.code} />}
        {redemption.ship_to && (
          <Text size="sm" c="dimmed" style={{ whiteSpace: 'pre-line' }}>
            {t('mine.sent_to')} {redemption.ship_to}
          </Text>
        )}
        {redemption.reason && (
          <Text size="sm">
            {t('common:reason')}: {redemption.reason}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

function CancelButton({ redemption }: { redemption: RedemptionView }) {
  const { t } = useTranslation(['loyalty', 'common']);
  const queries = useQueryClient();
  const confirm = useConfirm();
  const withKey = useIdempotencyKey();
  const cancel = useWrite({
    mutationFn: () =>
      withKey(redemption.id, (headers) =>
        cancelRedemption({ path: { redemption_id: redemption.id }, headers, body: {}, throwOnError: true }),
      ),
    onSuccess: async () => {
      showSuccess(t('mine.cancelled', { count: redemption.points, formatted: number(redemption.points) }));
      await invalidate(queries, 'my_points');
    },
    onError: (error) => showProblem(error),
  });
  const ask = () =>
    confirm({
      title: t('mine.cancel_title', { name: redemption.reward.name }),
      text: t('mine.cancel_detail', { count: redemption.points, formatted: number(redemption.points) }),
      labels: { confirm: t('mine.cancel'), cancel: t('mine.keep') },
      onConfirm: () => cancel.mutate(),
    });
  return (
    <Button variant="default" size="xs" onClick={ask} loading={cancel.isPending} flex="none">
      {t('mine.cancel')}
    </Button>
  );
}
