import { Card, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { TierView } from '@regulars/client';
import { type Icon, IconCoins, IconGift, IconUserPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { JoinButton } from '../JoinButton';

const STEPS = [
  ['join', IconUserPlus],
  ['earn', IconCoins],
  ['redeem', IconGift],
] as const satisfies readonly (readonly [string, Icon])[];

/** The programme, for who has not joined yet. */
export function Programme({ tiers }: { tiers: TierView[] }) {
  const { t } = useTranslation('loyalty');
  return (
    <Card component="section" aria-labelledby="programme" p={{ base: 'lg', sm: 'xl' }} mb="lg">
      <Stack gap="lg">
        <Group justify="space-between" gap="md">
          <Stack gap={4} flex="1 1 300px">
            <Title order={2} size="h3" id="programme">
              {t('programme.title')}
            </Title>
            <Text c="dimmed">{t('programme.description')}</Text>
          </Stack>
          <JoinButton next="/rewards" size="md">
            {t('programme.sign_up')}
          </JoinButton>
        </Group>
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="lg">
          {STEPS.map(([step, Image]) => (
            <Group key={step} wrap="nowrap" align="flex-start" gap="sm">
              <ThemeIcon variant="light" size={40} radius="xl" aria-hidden>
                <Image size={22} stroke={1.5} />
              </ThemeIcon>
              <div>
                <Text fw={600}>{t(`programme.${step}`)}</Text>
                <Text size="sm" c="dimmed">
                  {t(`programme.${step}_detail`)}
                </Text>
              </div>
            </Group>
          ))}
        </SimpleGrid>
        {tiers.length > 1 && (
          <Text size="sm" c="dimmed">
            {t('programme.tiers', { names: tiers.map(({ name }) => name).join(' → ') })}
          </Text>
        )}
      </Stack>
    </Card>
  );
}
