import { Button, Group, List, Progress, Stack, Text } from '@mantine/core';
import type { RedemptionView } from '@regulars/client';
import { fulfilRedemptionMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { number } from '~/format';
import { invalidate } from '~/invalidate';
import { messageOf } from '~/problems';
import { useIdempotencyKey } from '~/useIdempotencyKey';
import { useOnce, useWrite } from '~/useWrite';
import { isOpen } from './states';

interface Result {
  redemption: RedemptionView;
  problem?: string;
}

/** Fulfils what is chosen, one after the other, and says of each how it went. */
export function BulkFulfil({ selected, onDone }: { selected: RedemptionView[]; onDone: (failed: RedemptionView[]) => void }) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  const queries = useQueryClient();
  const fulfil = useWrite(fulfilRedemptionMutation());
  const withKey = useIdempotencyKey();
  const [results, setResults] = useState<Result[]>();
  const [running, setRunning] = useState(false);
  const [total, setTotal] = useState(0);
  const open = selected.filter(({ state }) => isOpen(state));

  const run = useOnce(async () => {
    const all: Result[] = [];
    setTotal(open.length);
    setResults(all);
    setRunning(true);
    for (const redemption of open) {
      const { id } = redemption;
      try {
        await withKey(id, (headers) => fulfil.mutateAsync({ path: { redemption_id: id }, headers, body: {} }));
        all.push({ redemption });
      } catch (error) {
        all.push({ redemption, problem: messageOf(error).detail });
      }
      setResults([...all]);
    }
    setRunning(false);
    invalidate(queries, 'redemptions');
  });

  const failed = results?.filter(({ problem }) => problem) ?? [];
  const close = () => {
    onDone(failed.map(({ redemption }) => redemption));
    setResults(undefined);
  };
  return (
    <>
      <Button size="xs" onClick={run} disabled={open.length === 0}>
        {t('redemption.bulk_fulfil', { count: open.length, formatted: number(open.length) })}
      </Button>
      <Dialog opened={results !== undefined} onClose={close} isWriting={running} title={t('redemption.bulk_title')}>
        <Stack>
          <Progress value={((results?.length ?? 0) / Math.max(1, total)) * 100} aria-label={t('redemption.bulk_title')} />
          <Text role="status">
            {t('redemption.bulk_result', {
              done: number((results?.length ?? 0) - failed.length),
              all: number(total),
              failed: number(failed.length),
            })}
          </Text>
          <List size="sm" spacing={4}>
            {results?.map(({ redemption, problem }) => (
              <List.Item key={redemption.id}>
                {redemption.handle}, {redemption.reward.name}:{' '}
                <Text span inherit c={problem ? 'var(--bad)' : 'var(--good)'}>
                  {problem ?? t('redemption.state.fulfilled')}
                </Text>
              </List.Item>
            ))}
          </List>
          <Group justify="flex-end">
            <Button onClick={close} loading={running}>
              {t('common:close')}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}
