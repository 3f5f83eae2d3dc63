import { Card, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { Trigger, WayToEarn } from '@regulars/client';
import { listWaysToEarnOptions } from '@regulars/client/react-query';
import { type Icon, IconChevronRight, IconMessageCircleHeart, IconShoppingBag, IconUserPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { LinkText } from '../links';
import { useWayWording } from './useWayWording';

const WAYS = [
  ['shop', IconShoppingBag, { to: '/settings/shops' }, ['purchase']],
  ['help', IconMessageCircleHeart, { to: '/questions', search: { sort: 'unanswered' } }, ['answer_accepted', 'answer_upvoted']],
  ['refer', IconUserPlus, { to: '/referral' }, ['referral_advocate', 'referral_referee']],
] as const satisfies readonly (readonly [string, Icon, object, readonly Trigger[]])[];

/** What earns how many points, and where to begin. */
export function WaysToEarn() {
  const { t } = useTranslation('loyalty');
  const { data: ways } = useSuspenseQuery(listWaysToEarnOptions());
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }}>
      {WAYS.map(([way, Image, link, triggers]) => (
        <Card key={way} p="lg" component="section" aria-labelledby={`earn-${way}`}>
          <Stack gap="xs" h="100%">
            <ThemeIcon variant="light" size={44} radius="md" aria-hidden>
              <Image size={24} stroke={1.5} />
            </ThemeIcon>
            <Title order={2} size="h4" id={`earn-${way}`}>
              {t(`earn.${way}`)}
            </Title>
            <Text size="sm" c="dimmed">
              {t(`earn.${way}_detail`)}
            </Text>
            <Gains ways={ways.items.filter(({ trigger }) => triggers.some((mine) => mine === trigger))} />
            <LinkText {...link} size="sm" fw={500} mt="auto" pt="xs">
              {t(`earn.${way}_do`)} <IconChevronRight size={14} aria-hidden />
            </LinkText>
          </Stack>
        </Card>
      ))}
    </SimpleGrid>
  );
}

function Gains({ ways }: { ways: WayToEarn[] }) {
  const { t } = useTranslation('loyalty');
  const { gain, small } = useWayWording();
  if (ways.length === 0) {
    return <Text size="sm">{t('earn.say.none')}</Text>;
  }
  // Several rules for purchases are told apart by their names.
  const areNamed = ways.filter(({ trigger }) => trigger === 'purchase').length > 1;
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
      {ways.map((way) => (
        <li key={way.name}>
          <Text fw={600}>{gain(way)}</Text>
          <Text size="sm" c="dimmed">
            {[areNamed && t('earn.say.name', { name: way.name }), small(way)].filter(Boolean).join(' · ')}
          </Text>
        </li>
      ))}
    </Stack>
  );
}
