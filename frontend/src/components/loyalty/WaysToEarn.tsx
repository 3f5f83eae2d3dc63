import { SimpleGrid, Stack, Text, ThemeIcon } from '@mantine/core';
import { type Icon, IconChevronRight, IconMessageCircleHeart, IconShoppingBag, IconUserPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { LinkCard } from '../links';

const WAYS = [
  ['shop', IconShoppingBag, { to: '/settings/shops' }],
  ['help', IconMessageCircleHeart, { to: '/questions', search: { sort: 'unanswered' } }],
  ['invite', IconUserPlus, { to: '/referral' }],
] as const satisfies readonly (readonly [string, Icon, object])[];

/** What earns points, and where to begin. */
export function WaysToEarn() {
  const { t } = useTranslation('loyalty');
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      {WAYS.map(([way, Image, link]) => (
        <LinkCard key={way} {...link} p="lg">
          <Stack gap="xs" h="100%">
            <ThemeIcon variant="light" size={44} radius="md" aria-hidden>
              <Image size={24} stroke={1.5} />
            </ThemeIcon>
            <Text fw={600}>{t(`earn.${way}`)}</Text>
            <Text size="sm" c="dimmed">
              {t(`earn.${way}_detail`)}
            </Text>
            <Text size="sm" fw={500} mt="auto" c="var(--mantine-color-anchor)">
              {t(`earn.${way}_do`)} <IconChevronRight size={14} aria-hidden />
            </Text>
          </Stack>
        </LinkCard>
      ))}
    </SimpleGrid>
  );
}
