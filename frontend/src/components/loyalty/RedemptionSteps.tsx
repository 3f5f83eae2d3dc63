import { Group, Text } from '@mantine/core';
import type { RedemptionState, RedemptionView } from '@regulars/client';
import { IconCircle, IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { date } from '~/format';
import classes from './RedemptionSteps.module.css';

const WAY: RedemptionState[] = ['held', 'issued', 'fulfilled'];

/** The way of a redemption: what is behind it, where it is, what is still to come. */
export function RedemptionSteps({ redemption }: { redemption: RedemptionView }) {
  const { t } = useTranslation('loyalty');
  const at = WAY.indexOf(redemption.state);
  const steps = at < 0 ? [redemption.state] : WAY.filter((step) => step !== 'held' || redemption.state === 'held' || redemption.held_until);
  return (
    <Group component="ol" className={classes.steps} aria-label={t('mine.steps')} gap="xs">
      {steps.map((step) => {
        const isReached = at < 0 || WAY.indexOf(step) <= at;
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
