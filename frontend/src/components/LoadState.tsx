import { Alert, Button, Center, Code, Group, Loader, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { type Icon, IconAlertTriangle, IconMoodEmpty } from '@tabler/icons-react';
import type { ErrorComponentProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf, problemOf } from '~/problems';
import { useSessionExpired } from '~/session';
import { DocumentTitle } from './DocumentTitle';
import { LinkButton } from './links';

/** Something is still on its way. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <Center mih={240} role="status" aria-label={t('loading')}>
      <Loader />
    </Center>
  );
}

/** Nothing here yet, and what to do about it. */
export function Empty({ icon: Image = IconMoodEmpty, title, children }: { icon?: Icon; title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" ta="center">
      <ThemeIcon variant="light" size={56} radius="xl" aria-hidden>
        <Image size={30} stroke={1.5} />
      </ThemeIcon>
      <Text fw={600}>{title}</Text>
      {children}
    </Stack>
  );
}

/** What went wrong, and the way to try again. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t, ready } = useTranslation(['common', 'problems'], { useSuspense: false });
  const problem = problemOf(error);
  const expired = useSessionExpired();
  // The page says so, and what to do about it.
  if (problem?.status === 401 && expired) return null;
  if (!ready) return null;
  const { title, detail } = messageOf(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{detail}</Text>
        {problem?.request_id && problem.status >= 500 && (
          <Text size="xs">
            {t('problem.request')} <Code>{problem.request_id}</Code>
          </Text>
        )}
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {t('retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** The page for addresses at which there is nothing, or nothing that the caller may know of. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <Stack align="center" py="xl" ta="center">
      <DocumentTitle title={t('not_found.title')} />
      <Title order={1}>{t('not_found.title')}</Title>
      <Text c="dimmed">{t('not_found.detail')}</Text>
      <LinkButton to="/">{t('not_found.home')}</LinkButton>
    </Stack>
  );
}

/** A page that could not be loaded. */
export function Crash({ error, reset }: ErrorComponentProps) {
  if (problemOf(error)?.status === 404) return <NotFound />;
  return (
    <Group justify="center" py="xl">
      <Problem
        error={error}
        retry={() => {
          reset();
          window.location.reload();
        }}
      />
    </Group>
  );
}
