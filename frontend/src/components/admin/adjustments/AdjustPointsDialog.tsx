import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { adjustPoints } from '@regulars/client';
import { getMemberPointsOptions } from '@regulars/client/react-query';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loading, Problem } from '~/components/LoadState';
import { number } from '~/format';
import { useDraftForm } from '~/useDraftForm';
import { useIdempotencyKey } from '~/useIdempotencyKey';
import { IntegerInput, type NumberOrEmpty } from '../inputs';
import { MemberActionDialog } from '../members/MemberActionDialog';

/** Gives a member points or takes some, with the balance before and after in view. */
export function AdjustPointsDialog({ handle, name, onClose }: { handle: string; name: string; onClose: () => void }) {
  const { t } = useTranslation('admin_loyalty');
  const withKey = useIdempotencyKey();
  const balance = useQuery({ ...getMemberPointsOptions({ path: { handle } }), staleTime: 0 });
  const { available = 0, arrears = 0 } = balance.data ?? {};
  const form = useDraftForm(`adjust.${handle}`, {
    initialValues: { direction: 'add' as 'add' | 'take', points: '' as NumberOrEmpty, expires_on: '', reason: '' },
    validate: {
      points: (points, { direction }) => {
        if (!points) return t('adjust.points_wanted');
        return direction === 'take' && points > available ? t('adjust.too_many', { formatted: number(available) }) : null;
      },
    },
  });
  const { direction, points } = form.values;
  const change = (direction === 'take' ? -1 : 1) * Number(points || 0);
  // What a member owes is repaid by the next points, before any of them can be spent.
  const repaid = change > 0 ? Math.min(change, -arrears) : 0;
  return (
    <MemberActionDialog
      title={t('adjust.title', { name })}
      form={form}
      submit={t(direction === 'take' ? 'adjust.take' : 'adjust.add')}
      reasonHint={t('adjust.reason_hint')}
      disabled={!balance.data}
      onClose={onClose}
      action={async ({ reason, expires_on }) => {
        const expires_at = change > 0 && expires_on ? new Date(`${expires_on}T23:59:59`).toISOString() : undefined;
        const body = { handle, points: change, reason: reason.trim(), expires_at };
        const { data } = await withKey(body, (headers) => adjustPoints({ headers, body, throwOnError: true }));
        return t('adjust.done', { name, count: data.available, formatted: number(data.available) });
      }}
    >
      <SegmentedControl
        aria-label={t('adjust.direction')}
        data={(['add', 'take'] as const).map((value) => ({ value, label: t(`adjust.${value}`) }))}
        {...form.getInputProps('direction')}
      />
      <IntegerInput data-autofocus label={t('adjust.points')} required min={1} {...form.getInputProps('points')} />
      {direction === 'add' && (
        <TextInput
          type="date"
          label={t('adjust.expires')}
          description={t('adjust.expires_hint')}
          {...form.getInputProps('expires_on')}
          error={form.errors.expires_at ?? form.errors.expires_on}
        />
      )}
      {balance.isPending && <Loading />}
      {balance.isError && <Problem error={balance.error} retry={balance.refetch} />}
      {balance.data && (
        <Stack gap={4} p="sm" bg="var(--page)" bdrs="md" aria-live="polite">
          <BalanceLine label={t('adjust.before')} points={available} />
          <BalanceLine label={t('adjust.after')} points={available + change - repaid} strong />
          {arrears < 0 && <BalanceLine label={t('adjust.arrears')} points={arrears + repaid} />}
        </Stack>
      )}
    </MemberActionDialog>
  );
}

function BalanceLine({ label, points, strong }: { label: string; points: number; strong?: boolean }) {
  return (
    <Group justify="space-between">
      <Text size="sm">{label}</Text>
      <Text size="sm" fw={strong ? 700 : 500} c={points < 0 ? 'var(--bad)' : undefined}>
        {number(points)}
      </Text>
    </Group>
  );
}
