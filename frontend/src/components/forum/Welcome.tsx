import { Card, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconGift, IconMessages, IconUsersGroup } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useOwnName, useSite } from '~/site';
import { JoinButton } from '../JoinButton';
import { LinkButton } from '../links';

const REASONS = [
  ['ask', IconMessages],
  ['meet', IconUsersGroup],
  ['earn', IconGift],
] as const;

/** What this community is, for who sees it for the first time. */
export function Welcome() {
  const { t } = useTranslation('forum');
  const { tagline } = useSite();
  const name = useOwnName();
  return (
    <Card component="section" padding="xl" mb="lg" aria-labelledby="welcome">
      <Stack gap="lg">
        <Stack gap={6} maw={640}>
          <Title order={1} id="welcome" size="h2">
            {name ? t('home.welcome_to', { name }) : t('home.welcome')}
          </Title>
          <Text size="lg" c="dimmed">
            {tagline || t('home.about')}
          </Text>
        </Stack>
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
          {REASONS.map(([name, Image]) => (
            <Group key={name} gap="sm" wrap="nowrap" align="flex-start">
              <ThemeIcon variant="light" size={38} radius="md" aria-hidden>
                <Image size={22} stroke={1.6} />
              </ThemeIcon>
              <div>
                <Text fw={600}>{t(`home.reason.${name}.title`)}</Text>
                <Text size="sm" c="dimmed">
                  {t(`home.reason.${name}.detail`)}
                </Text>
              </div>
            </Group>
          ))}
        </SimpleGrid>
        <Group gap="sm">
          <JoinButton next="/">{t('home.join')}</JoinButton>
          <LinkButton to="/questions" variant="default">
            {t('home.browse')}
          </LinkButton>
        </Group>
      </Stack>
    </Card>
  );
}
