import { Card, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { ReferralCounts as Counts } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';

const STEPS = ['send', 'join', 'points'] as const;

/** How inviting works, in three steps. */
export function InvitationSteps() {
  const { t } = useTranslation('loyalty');
  return (
    <Card p="lg" component="section" aria-labelledby="how">
      <Stack>
        <Title order={2} size="h4" id="how">
          {t('referral.how')}
        </Title>
        {STEPS.map((step, index) => (
          <Group key={step} wrap="nowrap" align="flex-start">
            <ThemeIcon variant="light" radius="xl" size={32} aria-hidden>
              <Text fw={700}>{index + 1}</Text>
            </ThemeIcon>
            <div>
              <Text fw={600}>{t(`referral.step_${step}`)}</Text>
              <Text size="sm" c="dimmed">
                {t(`referral.step_${step}_detail`)}
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
