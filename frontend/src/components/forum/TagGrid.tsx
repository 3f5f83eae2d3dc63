import { Button, Card, Center, Group, SimpleGrid, Text } from '@mantine/core';
import type { PageTagView } from '@regulars/client';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { Loading, Problem } from '../states';
import classes from './forum.module.css';
import { TagChip } from './TagChips';

/** Tags, and what they mean. */
export function TagGrid({ query, empty }: { query: UseInfiniteQueryResult<InfiniteData<PageTagView>, unknown>; empty: ReactNode }) {
  const { t } = useTranslation(['forum', 'common']);
  if (query.isPending) return <Loading />;
  if (query.isError && !query.data) return <Problem error={query.error} retry={() => query.refetch()} />;
  const tags = query.data.pages.flatMap(({ items }) => items);
  if (tags.length === 0) return empty;
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {tags.map((tag) => (
          <Card key={tag.name} component="li" className={classes.tag}>
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
        ))}
      </SimpleGrid>
      {query.isFetchNextPageError && <Problem error={query.error} />}
      {query.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {t('common:more')}
          </Button>
        </Center>
      )}
    </>
  );
}
