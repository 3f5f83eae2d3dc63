import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import type { RedemptionView } from '@regulars/client';
import {
  cancelRedemptionMutation,
  fulfilRedemptionMutation,
  issueRedemptionMutation,
  refundRedemptionMutation,
} from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { showDone, showProblem } from '~/forms';
import { useIntentKey } from '~/intent';
import { useWrite } from '~/write';
import { type Filled, WholeInput } from '../inputs';
import { forget } from '../lists';

type Ending = 'issue' | 'cancel' | 'refund';

/** What staff can do with a redemption where it stands. */
export function RedemptionActions({ redemption }: { redemption: RedemptionView }) {
  const { t } = useTranslation('programme');
  const queries = useQueryClient();
  const intent = useIntentKey();
  const [asking, setAsking] = useState<Ending>();
  const { id, state } = redemption;

  const over = (message: string) => ({
    onSuccess: () => {
      intent.done();
      setAsking(undefined);
      showDone(message);
    },
    onError: (error: unknown) => showProblem(error),
    onSettled: () => forget(queries, 'listRedemptions', 'getRedemption', 'getDashboard'),
  });
  const issue = useWrite({ ...issueRedemptionMutation(), ...over(t('redemption.issued_done')) });
  const fulfil = useWrite({ ...fulfilRedemptionMutation(), ...over(t('redemption.fulfilled_done')) });
  const cancel = useWrite({ ...cancelRedemptionMutation(), ...over(t('redemption.cancelled_done')) });
  const refund = useWrite({ ...refundRedemptionMutation(), ...over(t('redemption.refunded_done')) });
  const once = (what: string, body: object) => ({
    path: { redemption_id: id },
    headers: { 'Idempotency-Key': intent([what, id, body]) },
  });

  if (asking === 'issue') {
    return (
      <IssueForm
        held={redemption.points}
        loading={issue.isPending}
        onBack={() => setAsking(undefined)}
        onIssue={(points) => {
          const body = points === redemption.points ? {} : { points };
          issue.mutate({ ...once('issue', body), body });
        }}
      />
    );
  }
  if (asking) {
    const write = asking === 'cancel' ? cancel : refund;
    return (
      <ReasonForm
        help={t(`redemption.${asking}_help`)}
        action={t(`redemption.${asking}`)}
        loading={write.isPending}
        onBack={() => setAsking(undefined)}
        onSend={(reason) => write.mutate({ ...once(asking, { reason }), body: { reason } })}
      />
    );
  }
  return (
    <Group gap="xs">
      {(state === 'held' || state === 'issued') && (
        <Button loading={fulfil.isPending} onClick={() => fulfil.mutate({ ...once('fulfil', {}), body: {} })}>
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
  const { t } = useTranslation(['programme', 'common']);
  const [points, setPoints] = useState<Filled>(held);
  const back = held - (points || 0);
  return (
    <Stack
      component="form"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault();
        if (points !== '') onIssue(points);
      }}
    >
      <WholeInput
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
  help,
  action,
  loading,
  onBack,
  onSend,
}: {
  help: string;
  action: string;
  loading: boolean;
  onBack: () => void;
  onSend: (reason: string) => void;
}) {
  const { t } = useTranslation(['programme', 'common']);
  const [reason, setReason] = useState('');
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
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
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
