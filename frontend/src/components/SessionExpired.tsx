import { Affix, Group, Paper, Text } from '@mantine/core';
import { useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { dismissSessionExpired } from '~/api';
import { useSessionExpired } from '~/session';
import { LinkButton } from './links';

/** Says that the session has ended under the page, over its dialogs too, and leads to the sign-in and back. */
export function SessionExpired() {
  const { t } = useTranslation();
  const expired = useSessionExpired();
  const { href, pathname } = useRouterState({ select: ({ location }) => location });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page anew.
  useEffect(() => dismissSessionExpired, [pathname]);
  if (!expired) return null;
  return (
    <Affix position={{ bottom: 16, left: 16, right: 16 }} zIndex={400}>
      <Paper shadow="lg" withBorder p="md" maw={560} mx="auto" role="alert">
        <Group justify="space-between" gap="sm">
          <div>
            <Text fw={600}>{t('session_expired.title')}</Text>
            <Text size="sm">{t('session_expired.detail')}</Text>
          </div>
          <LinkButton to="/sign-in" search={{ next: href }} size="sm">
            {t('nav.sign_in')}
          </LinkButton>
        </Group>
      </Paper>
    </Affix>
  );
}
