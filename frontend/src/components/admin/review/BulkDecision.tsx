import { Button, List, NativeSelect, Progress, Stack, Text } from '@mantine/core';
import { type Decision, decideReviewItem, type Me, type ReviewItem, undoReviewDecision } from '@regulars/client';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { number } from '~/format';
import { messageOf } from '~/problems';
import { useOnce } from '~/useWrite';
import { type DecisionDetails, DecisionForm } from './DecisionForm';
import { DECISIONS, mayDecide } from './decisions';

interface Result {
  item: ReviewItem;
  /** What the server said against it; absent when it went well. */
  refusal?: string;
}

/** One decision on many items, one after the other, with what became of each. */
export function BulkDecision({ items, me, onClose }: { items: ReviewItem[]; me: Me; onClose: (changed: boolean) => void }) {
  const { t } = useTranslation(['admin_community', 'common']);
  const possible = DECISIONS.filter((name) => items.every((item) => mayDecide(name, item, me)));
  const [decision, setDecision] = useState<Decision | undefined>(possible[0]);
  const [results, setResults] = useState<Result[]>();
  const running = results !== undefined && results.length < items.length;

  const each = async (list: ReviewItem[], write: (item: ReviewItem) => Promise<ReviewItem>) => {
    const done: Result[] = [];
    setResults([]);
    for (const item of list) {
      const result = await write(item).then(
        (after) => ({ item: after }),
        (error: unknown) => ({ item, refusal: messageOf(error).detail }),
      );
      done.push(result);
      setResults([...done]);
    }
  };
  const decide = async (details: DecisionDetails) => {
    await each(items, async ({ id, version }) => {
      if (!decision) throw new Error('No decision was chosen.');
      const { data } = await decideReviewItem({ path: { id }, body: { decision, version, ...details }, throwOnError: true });
      return data;
    });
    return true;
  };
  const [undoing, setUndoing] = useState(false);
  const undo = useOnce(async () => {
    setUndoing(true);
    for (const { item } of results?.filter(({ refusal }) => !refusal) ?? []) {
      await undoReviewDecision({ path: { id: item.id }, body: { reason: t('review.undo_reason'), version: item.version } });
    }
    onClose(true);
  });

  return (
    <Dialog
      opened
      onClose={() => onClose(results !== undefined)}
      isWriting={running || undoing}
      title={t('review.bulk_title', { count: items.length, formatted: number(items.length) })}
    >
      {results ? (
        <Stack gap="sm">
          <Progress
            value={(results.length / items.length) * 100}
            aria-label={t('review.bulk_progress', { done: number(results.length), all: number(items.length) })}
          />
          <Text size="sm" role="status">
            {t('review.bulk_progress', { done: number(results.length), all: number(items.length) })}
          </Text>
          <List spacing={4} size="sm" listStyleType="none" p={0}>
            {results.map(({ item, refusal }) => (
              <List.Item
                key={item.id}
                icon={
                  refusal ? <IconX size={16} color="var(--bad)" aria-hidden /> : <IconCheck size={16} color="var(--good)" aria-hidden />
                }
              >
                {item.post.title}
                <Text size="xs" c={refusal ? 'var(--bad)' : 'dimmed'}>
                  {refusal ?? (decision && t(`review.done.${decision}`))}
                </Text>
              </List.Item>
            ))}
          </List>
          {!running && (
            <Stack gap="xs">
              <Button onClick={() => onClose(true)} disabled={undoing}>
                {t('common:close')}
              </Button>
              {results.some(({ refusal }) => !refusal) && (
                <Button variant="default" onClick={undo} loading={undoing}>
                  {t('review.bulk_undo')}
                </Button>
              )}
            </Stack>
          )}
        </Stack>
      ) : decision ? (
        <DecisionForm key={decision} about="several" decision={decision} onDecide={decide} onCancel={() => onClose(false)}>
          <NativeSelect
            label={t('review.decision')}
            value={decision}
            onChange={(event) => setDecision(event.currentTarget.value as Decision)}
            data={possible.map((name) => ({ value: name, label: t(`review.do.${name}`) }))}
          />
          <Text size="sm">{t(`review.does.${decision}`)}</Text>
        </DecisionForm>
      ) : (
        <Text>{t('review.bulk_impossible')}</Text>
      )}
    </Dialog>
  );
}
