import { Card, Group, RingProgress, Stack, Text, Title } from '@mantine/core';
import type { MyTier } from '@regulars/client';
import { IconCrown } from '@tabler/icons-react';
import { Trans, useTranslation } from 'react-i18next';
import { date, number } from '~/format';

/** The tier, the way to the next one, and until when it is kept. */
export function TierCard({ tier }: { tier: MyTier }) {
  const { t } = useTranslation('loyalty');
  const share = tier.next ? Math.min(tier.qualifying_points / tier.next.threshold, 1) : 1;
  return (
    <Card p="lg" component="section" aria-labelledby="tier">
      <Stack gap="md">
        <Group gap="lg" wrap="nowrap">
          <RingProgress
            size={104}
            thickness={9}
            roundCaps
            aria-hidden
            rootColor="var(--mantine-color-default-border)"
            sections={[{ value: share * 100, color: 'brand' }]}
            label={
              <Stack align="center">
                <IconCrown size={34} stroke={1.5} color="var(--mantine-color-brand-light-color)" />
              </Stack>
            }
          />
          <Stack gap={2} miw={0}>
            <Title order={2} size="sm" c="dimmed" fw={500} id="tier">
              {t('tier.title')}
            </Title>
            <Text fz={26} fw={700} lh={1.2}>
              {tier.name}
            </Text>
            <Text size="sm" c="dimmed">
              {t('tier.qualifying', { count: tier.qualifying_points, formatted: number(tier.qualifying_points) })}
            </Text>
          </Stack>
        </Group>
        <Text size="sm">
          {tier.next ? (
            <Trans
              t={t}
              i18nKey="tier.missing"
              count={tier.next.missing}
              values={{ formatted: number(tier.next.missing), name: tier.next.name }}
              components={{ b: <b /> }}
            />
          ) : (
            t('tier.top')
          )}
        </Text>
        {tier.valid_until && (
          <Text size="sm" c="dimmed">
            {t('tier.kept', { name: tier.name, date: date(tier.valid_until) })}
          </Text>
        )}
        {tier.benefits && <Benefits text={tier.benefits} />}
      </Stack>
    </Card>
  );
}

/** What a tier is good for, in its administrator's lines. */
export function Benefits({ text }: { text: string }) {
  return (
    <Text size="sm" component="div" style={{ whiteSpace: 'pre-line' }}>
      {text}
    </Text>
  );
}
