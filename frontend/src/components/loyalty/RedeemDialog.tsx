import { Alert, Divider, Group, Stack, Text, Textarea } from '@mantine/core';
import { type RedemptionView, type RewardView, redeemReward } from '@regulars/client';
import { getRewardOptions } from '@regulars/client/react-query';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { number } from '~/format';
import { invalidate } from '~/invalidate';
import { problemOf } from '~/problems';
import { useDraftAcrossSignIn } from '~/useDraft';
import { useIdempotencyKey } from '~/useIdempotencyKey';
import { useWrite } from '~/useWrite';
import { Loading, Problem } from '../LoadState';
import { Redeemed } from './Redeemed';
import { faceValueOf, RewardBadges } from './RewardBadges';
import { RewardIcon } from './RewardIcon';

const SHIP_TO_CHARS_MIN = 10;

/** Redeeming a reward: what it costs, what is left, and then the code. */
export function RedeemDialog({ id, available, onClose }: { id: string | undefined; available: number; onClose: () => void }) {
  const { t } = useTranslation(['loyalty', 'common']);
  return (
    <Dialog opened={id !== undefined} onClose={onClose} title={t('redeem.title')} centered>
      {id && <RedeemSteps key={id} id={id} available={available} onClose={onClose} />}
    </Dialog>
  );
}

function RedeemSteps({ id, available, onClose }: { id: string; available: number; onClose: () => void }) {
  const reward = useQuery(getRewardOptions({ path: { reward_id: id } }));
  const [done, setDone] = useState<RedemptionView>();
  // Afterwards the balance is another one; the dialog keeps what it was.
  const [before] = useState(available);
  if (done) return <Redeemed redemption={done} onClose={onClose} />;
  if (reward.isPending) return <Loading />;
  if (!reward.data) return <Problem error={reward.error} />;
  return <Confirm reward={reward.data} available={before} onDone={setDone} onClose={onClose} />;
}

function Confirm({
  reward,
  available,
  onDone,
  onClose,
}: {
  reward: RewardView;
  available: number;
  onDone: (redemption: RedemptionView) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation(['loyalty', 'common']);
  const queries = useQueryClient();
  const withKey = useIdempotencyKey();
  const { saved, save, discard } = useDraftAcrossSignIn<string>(`ship_to.${reward.id}`);
  const [address, setAddress] = useState(saved ?? '');
  const [addressWrong, setAddressWrong] = useState(false);
  const faceValue = faceValueOf(reward);
  const isSent = reward.kind === 'material';
  const left = available - reward.price_points;
  const points = (count: number) => t('common:points', { count, formatted: number(count) });

  const redeem = useWrite({
    mutationFn: async () => {
      const body = { reward_id: reward.id, ...(isSent && { ship_to: address.trim() }) };
      const { data } = await withKey(body, (headers) => redeemReward({ body, headers, throwOnError: true }));
      return data;
    },
    onSuccess: async (redemption) => {
      discard();
      onDone(redemption);
      await invalidate(queries, 'my_points');
    },
  });
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    const isWrong = isSent && address.trim().length < SHIP_TO_CHARS_MIN;
    setAddressWrong(isWrong);
    if (!isWrong) redeem.mutate();
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Group wrap="nowrap" align="flex-start">
          <RewardIcon kind={reward.kind} size={56} />
          <div>
            <Text fw={600} fz="lg">
              {reward.name}
            </Text>
            <Text size="sm" c="dimmed">
              {t(`reward.kind.${reward.kind}`)}
              {faceValue && ` · ${faceValue}`}
            </Text>
          </div>
        </Group>
        {reward.description && (
          <Text size="sm" style={{ whiteSpace: 'pre-line' }}>
            {reward.description}
          </Text>
        )}
        <RewardBadges reward={{ ...reward, tier_rank_min: 0 }} />
        <Stack gap={6}>
          <PointsLine label={t('redeem.available')} value={points(available)} />
          <PointsLine label={t('redeem.price')} value={`−${points(reward.price_points)}`} />
          <Divider />
          <PointsLine label={t('redeem.left')} value={points(Math.max(left, 0))} strong />
        </Stack>
        {left < 0 && <Alert color="orange">{t('reward.to_go', { count: -left, formatted: number(-left) })}</Alert>}
        {isSent && (
          <Textarea
            label={t('redeem.address')}
            description={t('redeem.address_hint')}
            autoComplete="street-address"
            autosize
            minRows={3}
            maxLength={500}
            required
            withAsterisk={false}
            value={address}
            onChange={(event) => {
              setAddress(event.currentTarget.value);
              save(event.currentTarget.value);
            }}
            error={addressWrong && t('redeem.address_wrong')}
          />
        )}
        <Group gap={8} wrap="nowrap" align="flex-start" c="dimmed">
          <IconInfoCircle size={18} style={{ flex: 'none', marginTop: 2 }} aria-hidden />
          <Text size="sm">{t(reward.needs_approval ? 'redeem.approval' : reward.refundable ? 'redeem.refundable' : 'redeem.final')}</Text>
        </Group>
        {redeem.isError && <Refused error={redeem.error} />}
        <DialogButtons onCancel={onClose} loading={redeem.isPending} disabled={left < 0} data-autofocus={!isSent || undefined}>
          {t('redeem.submit', { points: points(reward.price_points) })}
        </DialogButtons>
      </Stack>
    </form>
  );
}

function PointsLine({ label, value, strong = false }: { label: string; value: string; strong?: boolean }) {
  return (
    <Group justify="space-between">
      <Text fw={strong ? 600 : undefined}>{label}</Text>
      <Text fw={strong ? 700 : 500}>{value}</Text>
    </Group>
  );
}

const REFUSALS = ['insufficient_points', 'out_of_stock', 'tier_too_low', 'limit_reached', 'reward_not_available'] as const;

function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation('loyalty');
  const code = REFUSALS.find((known) => known === problemOf(error)?.code);
  if (!code) return <Problem error={error} />;
  return (
    <Alert color="red" role="alert">
      {t(`redeem.refused.${code}`)}
    </Alert>
  );
}
