import { Button, Group, List, Modal, Progress, Stack, Text } from '@mantine/core';
import type { RedemptionView } from '@regulars/client';
import { fulfilRedemptionMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { idempotencyKey } from '~/api';
import { number } from '~/format';
import { wordsOf } from '~/problems';
import { useOnce, useWrite } from '~/write';
import { forget } from '../lists';
import { isOpen } from './states';

interface Result {
  redemption: RedemptionView;
  problem?: string;
}

/** Fulfils what is chosen, one after the other, and says of each how it went. */
export function BulkFulfil({ selected, onDone }: { selected: RedemptionView[]; onDone: (failed: RedemptionView[]) => void }) {
  const { t } = useTranslation(['programme', 'common']);
  const queries = useQueryClient();
  const fulfil = useWrite(fulfilRedemptionMutation());
  const keys = useRef(new Map<string, string>());
  const [results, setResults] = useState<Result[]>();
  const [running, setRunning] = useState(false);
  const [total, setTotal] = useState(0);
  const open = selected.filter(({ state }) => isOpen(state));

  /** A key for each, kept until it went through: what is tried again is not done twice. */
  const keyOf = (id: string) => {
    const key = keys.current.get(id) ?? idempotencyKey();
    keys.current.set(id, key);
    return key;
  };

  const run = useOnce(async () => {
    const all: Result[] = [];
    setTotal(open.length);
    setResults(all);
    setRunning(true);
    for (const redemption of open) {
      const { id } = redemption;
      try {
        await fulfil.mutateAsync({ path: { redemption_id: id }, headers: { 'Idempotency-Key': keyOf(id) }, body: {} });
        keys.current.delete(id);
        all.push({ redemption });
      } catch (error) {
        all.push({ redemption, problem: wordsOf(error).detail });
      }
      setResults([...all]);
    }
    setRunning(false);
    forget(queries, 'listRedemptions', 'getRedemption', 'getDashboard');
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
      <Modal
        opened={results !== undefined}
        onClose={() => !running && close()}
        title={t('redemption.bulk_title')}
        closeButtonProps={{ 'aria-label': t('common:close') }}
      >
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
      </Modal>
    </>
  );
}
