import { Card, Group, Text } from '@mantine/core';
import type { TagView } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { TagChip } from './TagChips';

/** A tag, and what it means. */
export function TagCard({ tag }: { tag: TagView }) {
  const { t } = useTranslation('forum');
  return (
    <Card>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <TagChip name={tag.name} />
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {t('tags.questions', { count: tag.question_count, formatted: number(tag.question_count) })}
        </Text>
      </Group>
      {tag.description && (
        <Text size="sm" c="dimmed" mt="xs" lineClamp={3}>
          {tag.description}
        </Text>
      )}
    </Card>
  );
}
