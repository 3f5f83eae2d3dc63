import { Badge, Box, Group, Stack, Text } from '@mantine/core';
import type { ReviewItem } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { LinkText } from '~/components/links';
import { RelativeTime } from '~/components/RelativeTime';
import { number } from '~/format';
import classes from './review.module.css';

/** Who wrote it, and what to make of them. */
export function AuthorSummary({ item: { author } }: { item: ReviewItem }) {
  const { t } = useTranslation(['admin_community', 'common']);
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        {t('review.author')}
      </Text>
      <LinkText to="/admin/members/$handle" params={{ handle: author.handle }} fw={600} size="sm">
        {author.handle}
      </LinkText>
      {author.role !== 'member' && <Badge variant="filled">{t(`common:role.${author.role}`)}</Badge>}
      <Badge variant="default">{t('trust.level', { level: author.trust, name: t(`trust.names.${author.trust as 0}`) })}</Badge>
      <Text size="sm" fw={author.sanctions ? 600 : undefined} c={author.sanctions ? 'var(--bad)' : 'dimmed'}>
        {t('review.sanctions', { count: author.sanctions, formatted: number(author.sanctions) })}
      </Text>
    </Group>
  );
}

/** Who flagged it, why, and how much that weighs. */
export function Flags({ item }: { item: ReviewItem }) {
  const { t } = useTranslation('admin_community');
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        {t('review.flags', { count: item.flags.length, formatted: number(item.flags.length), weight: item.weight })}
      </Text>
      {item.flags.map((flag) => (
        <Box key={flag.flagger + flag.created_at} p="sm" bg="var(--page)" bdrs="md">
          <Group gap={6}>
            <Badge color="red" variant="outline" c="var(--bad)">
              {t(`review.flag.${flag.reason}`)}
            </Badge>
            <LinkText to="/admin/members/$handle" params={{ handle: flag.flagger }} size="sm">
              {flag.flagger}
            </LinkText>
            <Text size="sm" c="dimmed">
              {t('review.weight', { weight: flag.weight })} · <RelativeTime at={flag.created_at} />
            </Text>
            {flag.verdict !== 'open' && <Badge variant="default">{t(`review.verdict.${flag.verdict}`)}</Badge>}
          </Group>
          {flag.note && (
            <Text size="sm" mt={4} className={classes.excerpt}>
              {flag.note}
            </Text>
          )}
        </Box>
      ))}
      {item.hidden_automatically_at && (
        <Text size="sm">
          {t('review.hidden_automatically')} <RelativeTime at={item.hidden_automatically_at} />
        </Text>
      )}
      {item.locked_until && (
        <Text size="sm">
          {t('review.locked_until')} <RelativeTime at={item.locked_until} />
        </Text>
      )}
    </Stack>
  );
}
