import { Alert, Button, FileButton, Group, List, Stack, Text, Textarea } from '@mantine/core';
import type { CatalogueReward } from '@regulars/client';
import { addCouponCodesMutation, setRewardStockMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { number } from '~/format';
import { showProblem, showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { problemOf } from '~/problems';
import { useIdempotencyKey } from '~/useIdempotencyKey';
import { useOnce, useWrite } from '~/useWrite';
import { IntegerInput, type NumberOrEmpty, orUndefined } from '../inputs';
import { type Code, parseCouponCodes } from './couponCodes';

const CODES_A_REQUEST = 1_000;

/** How many there are of a reward: a number, or the codes of a pool. */
export function SupplyDialog({ item, onClose }: { item?: CatalogueReward; onClose: () => void }) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  const pool = item?.reward.kind === 'code_pool';
  return (
    <Dialog
      opened={item !== undefined}
      onClose={onClose}
      title={item && t(pool ? 'supply.codes_title' : 'supply.title', { name: item.reward.name })}
    >
      {item && (pool ? <CodesForm item={item} onClose={onClose} /> : <StockForm item={item} onClose={onClose} />)}
    </Dialog>
  );
}

function StockForm({ item, onClose }: { item: CatalogueReward; onClose: () => void }) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  const queries = useQueryClient();
  const taken = item.supplied === undefined ? undefined : item.supplied - (item.reward.stock_left ?? 0);
  const [supplied, setSupplied] = useState<NumberOrEmpty>(item.supplied ?? '');
  const save = useWrite({
    ...setRewardStockMutation(),
    onSuccess: ({ stock_left }) => {
      invalidate(queries, 'rewards');
      showSuccess(
        stock_left === undefined ? t('supply.unlimited_now') : t('supply.left_now', { count: stock_left, formatted: number(stock_left) }),
      );
      onClose();
    },
    onError: (error) => showProblem(error),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ path: { reward_id: item.reward.id }, body: { supplied: orUndefined(supplied) ?? null } });
      }}
    >
      <Stack>
        {taken !== undefined && <Text size="sm">{t('supply.taken', { count: taken, formatted: number(taken) })}</Text>}
        <IntegerInput
          label={t('supply.in_all')}
          description={t('supply.in_all_help')}
          min={taken ?? 0}
          max={1_000_000_000}
          value={supplied}
          onChange={setSupplied}
          data-autofocus
        />
        <DialogButtons onCancel={onClose} loading={save.isPending}>
          {t('common:save')}
        </DialogButtons>
      </Stack>
    </form>
  );
}

/** Lines that are shown one by one; the others are counted. */
const LINES_MAX = 10;

/** Codes of a refused request that a pool has already: where they stand in it. */
function takenIndexes(error: unknown): number[] {
  const problem = problemOf(error);
  if (problem?.code !== 'duplicate_codes') return [];
  return (problem.errors ?? []).map(({ pointer }) => Number(pointer.replace('/codes/', ''))).filter(Number.isInteger);
}

function CodesForm({ item, onClose }: { item: CatalogueReward; onClose: () => void }) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  const queries = useQueryClient();
  const withKey = useIdempotencyKey();
  const [text, setText] = useState('');
  const [sent, setSent] = useState(0);
  const [taken, setTaken] = useState<Code[]>([]);
  const { codes, repeated, tooLong } = parseCouponCodes(text);
  const add = useWrite(addCouponCodesMutation());

  function write(text: string) {
    setText(text);
    setTaken([]);
  }

  /** A request takes 1,000 codes; what went in stays in, and is taken out of the box. */
  const send = useOnce(async () => {
    let added = 0;
    try {
      for (let start = 0; start < codes.length; start += CODES_A_REQUEST) {
        const body = { codes: codes.slice(start, start + CODES_A_REQUEST).map(({ code }) => code) };
        const answer = await withKey(body, (headers) => add.mutateAsync({ path: { reward_id: item.reward.id }, headers, body }));
        added += answer.added;
        setSent((before) => before + answer.added);
      }
      showSuccess(t('supply.codes_added', { count: added, formatted: number(added) }));
      onClose();
    } catch (error) {
      const left = codes.slice(added);
      // Once some are gone, the lines are those of the box as it is then.
      const shown = added === 0 ? left : left.map(({ code }, index) => ({ code, line: index + 1 }));
      if (added > 0) setText(left.map(({ code }) => code).join('\n'));
      const indexes = takenIndexes(error);
      setTaken(indexes.flatMap((index) => shown[index] ?? []));
      if (indexes.length === 0) showProblem(error);
    } finally {
      invalidate(queries, 'rewards');
    }
  });

  const notes = [
    ...repeated.map(({ code, line, first }) => t('supply.repeated', { line, code, first })),
    ...tooLong.map(({ line }) => t('supply.too_long', { line })),
  ];

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (codes.length > 0) send();
      }}
    >
      <Stack>
        <Text size="sm">
          {t('supply.codes_left', { count: item.reward.stock_left ?? 0, formatted: number(item.reward.stock_left ?? 0) })}
        </Text>
        <Textarea
          label={t('supply.codes')}
          description={t('supply.codes_help')}
          autosize
          minRows={6}
          maxRows={14}
          value={text}
          onChange={(event) => write(event.currentTarget.value)}
          spellCheck={false}
          styles={{ input: { fontFamily: 'monospace' } }}
          data-autofocus
        />
        <Group justify="space-between">
          <FileButton accept=".csv,.txt,text/csv,text/plain" onChange={async (file) => file && write(await file.text())}>
            {(props) => (
              <Button variant="default" size="xs" {...props}>
                {t('supply.from_file')}
              </Button>
            )}
          </FileButton>
          <Text size="sm" aria-live="polite">
            {t('supply.codes_count', { count: codes.length, formatted: number(codes.length) })}
          </Text>
        </Group>
        {notes.length > 0 && <LineAlert color="yellow" title={t('supply.left_out')} lines={notes} />}
        {taken.length > 0 && (
          <LineAlert
            color="red"
            title={t('supply.none_added')}
            lines={taken.map(({ code, line }) => t('supply.in_a_pool', { line, code }))}
          />
        )}
        {add.error && sent > 0 && (
          <Alert color="yellow" role="status">
            {t('supply.partly', { count: sent, formatted: number(sent) })}
          </Alert>
        )}
        <DialogButtons onCancel={onClose} loading={add.isPending} disabled={codes.length === 0}>
          {t('supply.add_codes')}
        </DialogButtons>
      </Stack>
    </form>
  );
}

function LineAlert({ color, title, lines }: { color: string; title: string; lines: string[] }) {
  const { t } = useTranslation('admin_loyalty');
  const more = lines.length - LINES_MAX;
  return (
    <Alert color={color} title={title} role="status">
      <List size="sm">
        {lines.slice(0, LINES_MAX).map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
        {more > 0 && <List.Item>{t('supply.more_lines', { count: more, formatted: number(more) })}</List.Item>}
      </List>
    </Alert>
  );
}
