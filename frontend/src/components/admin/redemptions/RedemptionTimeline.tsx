import { Code, Text, Timeline } from '@mantine/core';
import type { RedemptionView } from '@regulars/client';
import { IconCheck, IconClock, IconGift, IconHandStop, IconTicket } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '~/components/RelativeTime';
import { dateTime } from '~/format';
import { isOpen } from './states';

/** What happened to a redemption so far, and what comes next. */
export function RedemptionTimeline({ redemption }: { redemption: RedemptionView }) {
  const { t } = useTranslation('admin_loyalty');
  const { state, code, created_at, held_until, resolved_at, reason } = redemption;
  const wasIssued = state === 'issued' || state === 'fulfilled' || state === 'refunded' || code !== undefined;
  const steps: { key: string; title: string; icon: ReactNode; body?: ReactNode }[] = [
    { key: 'redeemed', title: t('redemption.step.redeemed'), icon: <IconGift size={14} />, body: <RelativeTime at={created_at} /> },
  ];
  if (state === 'held') {
    steps.push({
      key: 'held',
      title: t('redemption.step.held'),
      icon: <IconHandStop size={14} />,
      body: held_until && t('redemption.step.held_until', { at: dateTime(held_until) }),
    });
  }
  if (wasIssued) {
    steps.push({ key: 'issued', title: t('redemption.step.issued'), icon: <IconTicket size={14} />, body: code && <Code>{code}</Code> });
  }
  if (!isOpen(state)) {
    steps.push({
      key: state,
      title: t(`redemption.state.${state}`),
      icon: <IconCheck size={14} />,
      body: (
        <>
          {resolved_at && <RelativeTime at={resolved_at} />}
          {reason && <Text size="sm">{t('redemption.step.because', { reason })}</Text>}
        </>
      ),
    });
  }
  const reached = steps.length - 1;
  if (isOpen(state)) {
    steps.push({
      key: 'next',
      title: t('redemption.step.to_fulfil'),
      icon: <IconClock size={14} />,
      body: t(`redemption.step.next_${state as 'held' | 'issued'}`),
    });
  }
  return (
    <Timeline active={reached} bulletSize={26} lineWidth={2}>
      {steps.map(({ key, title, icon, body }) => (
        <Timeline.Item key={key} title={title} bullet={icon}>
          <Text size="sm" c="dimmed" component="div">
            {body}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
