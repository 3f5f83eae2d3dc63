import { Badge, Button, Checkbox, Group, Paper, Text } from '@mantine/core';
import type { ReviewItem } from '@regulars/client';
import { Link } from '@tanstack/react-router';
import { memo, useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Batches } from '~/components/InfiniteList';
import pages from '~/components/InfiniteList.module.css';
import { RelativeTime } from '~/components/RelativeTime';
import classes from './review.module.css';

/** The queue, most urgent first; one of it is looked at, and some may be chosen. */
export function ReviewList({
  items,
  current,
  marked,
  onMark,
  more,
}: {
  items: ReviewItem[];
  current?: string;
  marked: ReadonlySet<string>;
  onMark: (id: string) => void;
  more?: { load: () => void; loading: boolean };
}) {
  const { t } = useTranslation(['admin', 'common']);
  const row = useCallback(
    (item: ReviewItem) => <Row key={item.id} item={item} isCurrent={item.id === current} isMarked={marked.has(item.id)} onMark={onMark} />,
    [current, marked, onMark],
  );
  return (
    <Paper withBorder>
      <section aria-label={t('nav.review')} className={pages.rows}>
        <Batches items={items} as="rows">
          {row}
        </Batches>
      </section>
      {more && (
        <Button fullWidth variant="subtle" radius={0} loading={more.loading} onClick={more.load}>
          {t('common:more')}
        </Button>
      )}
    </Paper>
  );
}

const Row = memo(function Row({
  item,
  isCurrent,
  isMarked,
  onMark,
}: {
  item: ReviewItem;
  isCurrent: boolean;
  isMarked: boolean;
  onMark: (id: string) => void;
}) {
  const { t } = useTranslation(['admin_community', 'admin']);
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isCurrent) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isCurrent]);
  const reasons = [...new Set(item.flags.map(({ reason }) => reason))];
  return (
    <article ref={row} aria-label={item.post.title} className={classes.row} data-current={isCurrent || undefined}>
      {item.state !== 'decided' && (
        <Checkbox
          size="sm"
          mt={3}
          checked={isMarked}
          onChange={() => onMark(item.id)}
          aria-label={t('admin:table.select_row', { row: item.post.title })}
        />
      )}
      <Link
        from="/admin/review"
        to="/admin/review"
        search={(now) => ({ ...now, item: item.id })}
        className={classes.rowLink}
        aria-current={isCurrent ? 'true' : undefined}
      >
        <Text size="sm" fw={600} lineClamp={2}>
          {item.post.title}
        </Text>
        <Text size="xs" c="dimmed">
          {t(`review.kind.${item.post.kind}`)} · {item.author.handle} · <RelativeTime at={item.decided_at ?? item.created_at} />
        </Text>
        <Group gap={4} mt={4}>
          {item.decision ? (
            <Badge size="sm" variant="default">
              {t(`review.done.${item.decision}`)}
            </Badge>
          ) : (
            <Badge size="sm" variant="default">
              {t('review.weight', { weight: item.weight })}
            </Badge>
          )}
          {reasons.map((reason) => (
            <Badge key={reason} size="sm" color="red" variant="outline" c="var(--bad)">
              {t(`review.flag.${reason}`)}
            </Badge>
          ))}
          {item.claimed_by && item.state === 'claimed' && (
            <Badge size="sm" variant="outline">
              {item.claimed_by}
            </Badge>
          )}
        </Group>
      </Link>
    </article>
  );
});
