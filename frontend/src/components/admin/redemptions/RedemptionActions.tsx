import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { cancelRedemption, fulfilRedemption, issueRedemption, type RedemptionView, refundRedemption } from '@regulars/client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHoldDialog } from '~/components/Dialog';
import { number } from '~/format';
import { showProblem, showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { useDraftForm } from '~/useDraftForm';
import { useIdempotencyKey } from '~/useIdempotencyKey';
import { useWrite } from '~/useWrite';
import { IntegerInput, type NumberOrEmpty } from '../inputs';

type Write =
  | { action: 'issue'; body: { points?: number } }
  | { action: 'cancel' | 'refund'; body: { reason: string } }
  | { action: 'fulfil' };

/** What staff can do with a redemption where it stands. */
export function RedemptionActions({ redemption }: { redemption: RedemptionView }) {
  const { t } = useTranslation('admin_loyalty');
  const queries = useQueryClient();
  const withKey = useIdempotencyKey();
  const [asking, setAsking] = useState<Exclude<Write['action'], 'fulfil'>>();
  const { id, state } = redemption;

  const write = useWrite({
    mutationFn: (write: Write) =>
      withKey<unknown>([id, write], (headers) => {
        const options = { path: { redemption_id: id }, headers, throwOnError: true } as const;
        switch (write.action) {
          case 'issue':
            return issueRedemption({ ...options, body: write.body });
          case 'fulfil':
            return fulfilRedemption({ ...options, body: {} });
          case 'cancel':
            return cancelRedemption({ ...options, body: write.body });
          case 'refund':
            return refundRedemption({ ...options, body: write.body });
        }
      }),
    onSuccess: (_, { action }) => {
      setAsking(undefined);
      showSuccess(t(`redemption.done.${action}`));
    },
    onError: (error) => showProblem(error),
    onSettled: () => invalidate(queries, 'redemptions'),
  });
  useHoldDialog(write.isPending);

  if (asking === 'issue') {
    return (
      <IssueForm
        held={redemption.points}
        loading={write.isPending}
        onBack={() => setAsking(undefined)}
        onIssue={(points) => write.mutate({ action: 'issue', body: points === redemption.points ? {} : { points } })}
      />
    );
  }
  if (asking) {
    return (
      <ReasonForm
        draft={`${asking}.${id}`}
        help={t(`redemption.${asking}_help`)}
        action={t(`redemption.${asking}`)}
        loading={write.isPending}
        onBack={() => setAsking(undefined)}
        onSend={(reason) => write.mutate({ action: asking, body: { reason } })}
      />
    );
  }
  return (
    <Group gap="xs">
      {(state === 'held' || state === 'issued') && (
        <Button loading={write.isPending} onClick={() => write.mutate({ action: 'fulfil' })}>
          {t('redemption.fulfil')}
        </Button>
      )}
      {state === 'held' && (
        <Button variant="default" onClick={() => setAsking('issue')}>
          {t('redemption.issue')}
        </Button>
      )}
      {(state === 'held' || state === 'issued') && (
        <Button variant="default" onClick={() => setAsking('cancel')}>
          {t('redemption.cancel')}
        </Button>
      )}
      {redemption.reward.refundable && (state === 'issued' || state === 'fulfilled') && (
        <Button variant="default" onClick={() => setAsking('refund')}>
          {t('redemption.refund')}
        </Button>
      )}
    </Group>
  );
}

function IssueForm({
  held,
  loading,
  onBack,
  onIssue,
}: {
  held: number;
  loading: boolean;
  onBack: () => void;
  onIssue: (points: number) => void;
}) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  const [points, setPoints] = useState<NumberOrEmpty>(held);
  const back = held - (points || 0);
  return (
    <Stack
      component="form"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault();
        if (points !== '') onIssue(points);
      }}
    >
      <IntegerInput
        label={t('redemption.issue_points')}
        description={t('redemption.issue_points_help', { formatted: number(held), count: held })}
        min={1}
        max={held}
        value={points}
        onChange={setPoints}
        required
        data-autofocus
      />
      <Text size="sm" aria-live="polite">
        {back > 0 ? t('redemption.gives_back', { count: back, formatted: number(back) }) : t('redemption.takes_all')}
      </Text>
      <Group>
        <Button type="submit" loading={loading}>
          {t('redemption.issue')}
        </Button>
        <Button variant="default" onClick={onBack}>
          {t('common:cancel')}
        </Button>
      </Group>
    </Stack>
  );
}

function ReasonForm({
  draft,
  help,
  action,
  loading,
  onBack,
  onSend,
}: {
  draft: string;
  help: string;
  action: string;
  loading: boolean;
  onBack: () => void;
  onSend: (reason: string) => void;
}) {
  const { t } = useTranslation(['admin', 'common']);
  const form = useDraftForm(draft, { initialValues: { reason: '' } });
  const { reason } = form.values;
  return (
    <Stack
      component="form"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault();
        onSend(reason.trim());
      }}
    >
      <Text size="sm">{help}</Text>
      <Textarea
        label={t('common:reason')}
        description={t('reason_seen')}
        maxLength={500}
        autosize
        minRows={2}
        required
        {...form.getInputProps('reason')}
        data-autofocus
      />
      <Group>
        <Button type="submit" color="red" loading={loading} disabled={!reason.trim()}>
          {action}
        </Button>
        <Button variant="default" onClick={onBack}>
          {t('back')}
        </Button>
      </Group>
    </Stack>
  );
}
