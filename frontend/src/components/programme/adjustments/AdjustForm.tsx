import { Alert, Button, Card, Group, SegmentedControl, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { adjustPointsMutation, getMemberPointsOptions } from '@regulars/client/react-query';
import { IconArrowRight, IconCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { LinkText } from '~/components/links';
import { Problem } from '~/components/states';
import { number, signed } from '~/format';
import { showProblem } from '~/forms';
import { useIntentKey } from '~/intent';
import { useMe } from '~/session';
import { useWrite } from '~/write';
import { type Filled, InstantInput, WholeInput } from '../inputs';
import { forget } from '../lists';
import { MemberSelect } from '../MemberSelect';

/** Corrects a member's points: who, how many, why; shows the balance before and after. */
export function AdjustForm({ handle, onHandle }: { handle?: string; onHandle: (handle?: string) => void }) {
  const { t } = useTranslation(['programme', 'common']);
  const queries = useQueryClient();
  const intent = useIntentKey();
  const me = useMe();
  const own = handle !== undefined && handle === me?.handle;
  const form = useForm<{
    direction: 'add' | 'take';
    amount: Filled;
    reason: string;
    expires_at: string;
  }>({
    initialValues: { direction: 'add', amount: '', reason: '', expires_at: '' },
    validate: {
      amount: (amount) => (amount === '' ? t('needed') : null),
      reason: (reason) => (reason.trim() ? null : t('needed')),
    },
  });
  const { direction, amount } = form.values;
  const points = direction === 'add' ? Number(amount) : -Number(amount);
  const adjust = useWrite({
    ...adjustPointsMutation(),
    onSuccess: () => {
      intent.done();
      form.reset();
      forget(queries, 'getMemberPoints', 'listMemberStatement', 'getDashboard', 'getMemberForAdmin');
    },
    onError: (error) => showProblem(error),
  });

  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ reason, expires_at }) => {
        if (!handle) return;
        const body = {
          handle,
          points,
          reason: reason.trim(),
          expires_at: direction === 'add' && expires_at ? expires_at : undefined,
        };
        adjust.mutate({
          headers: { 'Idempotency-Key': intent(body) },
          body,
        });
      })}
    >
      <Stack>
        <MemberSelect
          required
          value={handle}
          onChange={(next) => {
            adjust.reset();
            onHandle(next);
          }}
          error={own && t('adjust.not_own')}
        />
        <SegmentedControl
          aria-label={t('adjust.direction')}
          data={[
            { value: 'add', label: t('adjust.add') },
            { value: 'take', label: t('adjust.take') },
          ]}
          {...form.getInputProps('direction')}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <WholeInput
            label={t('reward.points')}
            description={t(direction === 'add' ? 'adjust.add_help' : 'adjust.take_help')}
            required
            min={1}
            {...form.getInputProps('amount')}
          />
          {direction === 'add' && (
            <InstantInput label={t('adjust.expires')} description={t('adjust.expires_help')} {...form.getInputProps('expires_at')} />
          )}
        </SimpleGrid>
        <Textarea
          label={t('common:reason')}
          description={t('adjust.reason_help')}
          required
          autosize
          minRows={2}
          maxLength={500}
          {...form.getInputProps('reason')}
        />
        {handle && <BeforeAfter handle={handle} change={points} />}
        {adjust.data && (
          <Alert variant="default" icon={<IconCheck color="var(--good)" />} title={t('adjust.done')} role="status">
            <Text size="sm">
              {t('adjust.done_detail', {
                formatted: number(adjust.data.available),
                count: adjust.data.available,
              })}
            </Text>
          </Alert>
        )}
        <Group justify="space-between">
          {handle ? (
            <LinkText to="/members/$handle" params={{ handle }} size="sm">
              {t('adjust.profile')}
            </LinkText>
          ) : (
            <span />
          )}
          <Button type="submit" loading={adjust.isPending} disabled={!handle || own}>
            {amount === ''
              ? t('adjust.submit')
              : t('adjust.submit_points', {
                  count: Number(amount),
                  formatted: signed(points),
                })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function BeforeAfter({ handle, change }: { handle: string; change: number }) {
  const { t } = useTranslation('programme');
  const { data, error } = useQuery(getMemberPointsOptions({ path: { handle } }));
  if (error) return <Problem error={error} />;
  // What is owed is repaid first.
  const repaid = data && change > 0 ? Math.min(change, -data.arrears) : 0;
  const after = data && data.available + change - repaid;
  return (
    <Card mih={96}>
      {data && after !== undefined && (
        <Stack gap={4}>
          <Group gap="md" aria-live="polite">
            <div>
              <Text size="sm" c="dimmed">
                {t('adjust.before')}
              </Text>
              <Text fw={600} size="lg">
                {number(data.available)}
              </Text>
            </div>
            <IconArrowRight size={20} aria-hidden />
            <div>
              <Text size="sm" c="dimmed">
                {t('adjust.after')}
              </Text>
              <Text fw={600} size="lg" c={after < 0 ? 'var(--bad)' : undefined}>
                {number(after)}
              </Text>
            </div>
          </Group>
          {repaid > 0 && <Text size="sm">{t('adjust.repays', { count: repaid, formatted: number(repaid) })}</Text>}
          {after < 0 && (
            <Text size="sm" c="var(--bad)">
              {t('adjust.too_much')}
            </Text>
          )}
          {data.pending > 0 && (
            <Text size="sm">
              {t('adjust.pending', {
                count: data.pending,
                formatted: number(data.pending),
              })}
            </Text>
          )}
        </Stack>
      )}
    </Card>
  );
}
