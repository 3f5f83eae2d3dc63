import { Card, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { ReferralCounts as Counts, WayToEarn } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { referralTermsOf } from './referralTerms';
import { useWayWording } from './useWayWording';

/** How inviting works, in three steps. */
export function ReferralSteps({ ways }: { ways: WayToEarn[] }) {
  const { t } = useTranslation('loyalty');
  const { amount, points } = useWayWording();
  const { mine, theirs, sides, any } = referralTermsOf(ways);
  const counted = (count = 0) => ({ count, formatted: number(count) });
  const steps: [string, string][] = [[t('referral.step_send'), t('referral.step_send_detail')]];
  if (sides !== 'none') {
    steps.push(
      [t('referral.step_join'), t('referral.step_join_detail', { amount: amount(any?.min_amount_minor ?? 0, any?.currency) })],
      [
        t(`referral.step_points.${sides}`, { mine: points(mine?.points ?? 0), theirs: points(theirs?.points ?? 0) }),
        [
          t('referral.step_points_detail', counted(any?.hold_days)),
          mine?.times_per_year !== undefined && t('referral.a_year', counted(mine.times_per_year)),
        ]
          .filter(Boolean)
          .join(' '),
      ],
    );
  }
  return (
    <Card p="lg" component="section" aria-labelledby="how">
      <Stack>
        <Title order={2} size="h4" id="how">
          {t('referral.how')}
        </Title>
        {steps.map(([step, detail], index) => (
          <Group key={step} wrap="nowrap" align="flex-start">
            <ThemeIcon variant="light" radius="xl" size={32} aria-hidden>
              <Text fw={700}>{index + 1}</Text>
            </ThemeIcon>
            <div>
              <Text fw={600}>{step}</Text>
              <Text size="sm" c="dimmed">
                {detail}
              </Text>
            </div>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

/** How many friends stand where; what went wrong is told only when it did. */
export function ReferralCounts({ counts }: { counts: Counts }) {
  const { t } = useTranslation('loyalty');
  const always = ['pending', 'qualified', 'rewarded'] as const;
  const wrong = (['rejected', 'reversed'] as const).filter((state) => counts[state] > 0);
  return (
    <SimpleGrid cols={{ base: 2, xs: 3 }} mb="md" spacing="sm">
      {[...always, ...wrong].map((state) => (
        <div key={state}>
          <Text fz={28} fw={700} lh={1.2}>
            {number(counts[state])}
          </Text>
          <Text size="sm" c="dimmed">
            {t(`referral.count.${state}`)}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}
