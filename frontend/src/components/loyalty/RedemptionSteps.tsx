import { Group, Text } from '@mantine/core';
import type { RedemptionState, RedemptionView } from '@regulars/client';
import { IconCircle, IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { date } from '~/format';
import classes from './RedemptionSteps.module.css';

const ORDER: RedemptionState[] = ['held', 'issued', 'fulfilled'];

/** The states that a redemption has been in, is in, and is still to reach. */
export function RedemptionSteps({ redemption }: { redemption: RedemptionView }) {
  const { t } = useTranslation('loyalty');
  const at = ORDER.indexOf(redemption.state);
  const steps =
    at < 0 ? [redemption.state] : ORDER.filter((step) => step !== 'held' || redemption.state === 'held' || redemption.held_until);
  return (
    <Group component="ol" className={classes.steps} aria-label={t('mine.steps')} gap="xs">
      {steps.map((step) => {
        const isReached = at < 0 || ORDER.indexOf(step) <= at;
        const Image = at < 0 ? IconCircleXFilled : isReached ? IconCircleCheckFilled : IconCircle;
        return (
          <li
            key={step}
            className={classes.step}
            data-reached={isReached || undefined}
            aria-current={step === redemption.state ? 'step' : undefined}
          >
            <Image size={18} aria-hidden />
            <Text size="sm" fw={step === redemption.state ? 600 : undefined}>
              {t(`mine.state.${step}`)}
              {step === redemption.state && redemption.resolved_at && ` · ${date(redemption.resolved_at)}`}
            </Text>
          </li>
        );
      })}
    </Group>
  );
}
