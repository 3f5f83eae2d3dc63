import { Avatar, Badge, Group, Text } from '@mantine/core';
import type { AuthorView } from '@regulars/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { compact } from '~/format';
import { LinkText } from './links';

type Author = Pick<AuthorView, 'handle' | 'display_name'> & Partial<Pick<AuthorView, 'reputation' | 'role'>>;

/** Who wrote it: name, reputation, and whether the company speaks. */
export function AuthorChip({ author, children, size = 24 }: { author: Author; children?: ReactNode; size?: number }) {
  const { t } = useTranslation();
  return (
    <Group gap={6} wrap="nowrap" miw={0}>
      <Avatar name={author.display_name} size={size} radius="xl" color="brand" variant="filled" aria-hidden />
      <Text size="sm" component="div" miw={0}>
        <LinkText to="/members/$handle" params={{ handle: author.handle }} fw={500}>
          {author.display_name}
        </LinkText>
        {author.reputation !== undefined && (
          <Text span size="xs" c="dimmed" ml={6} title={t('reputation')}>
            {compact(author.reputation)}
          </Text>
        )}
        {author.role && author.role !== 'member' && (
          <Badge size="xs" ml={6} variant="filled">
            {t(`role.${author.role}`)}
          </Badge>
        )}
        {children && (
          <Text span size="xs" c="dimmed" ml={6}>
            {children}
          </Text>
        )}
      </Text>
    </Group>
  );
}
