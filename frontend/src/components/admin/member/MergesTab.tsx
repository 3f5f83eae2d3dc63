import { Button, Group, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type MergeView, undoMerge } from '@regulars/client';
import { listMergesOptions } from '@regulars/client/react-query';
import { IconArrowRight } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '~/components/links';
import { When } from '~/components/When';
import { dateTime, listed, number } from '~/format';
import { useMoved } from '~/merges';
import { DataTable } from '../DataTable';
import { ActDialog } from './ActDialog';
import { MergeOutcome } from './MergeOutcome';
import { refusedIn } from './merge';
import type { TabProps } from './PointsTabs';

/** What a member was merged with, and how it is undone. */
export function MergesTab({ handle, cursor }: TabProps) {
  const { t } = useTranslation('admin');
  const [undoing, undo] = useState<MergeView>();
  const query = useQuery({ ...listMergesOptions({ path: { handle }, query: { cursor } }), placeholderData: keepPreviousData });
  return (
    <>
      <DataTable
        label={t('tab.merges')}
        query={query}
        empty={
          <Text ta="center" c="dimmed" py="md">
            {t('merge.none')}
          </Text>
        }
        columns={[
          { accessor: 'at', title: t('statement.at'), noWrap: true, render: ({ at }) => <When at={at} /> },
          {
            accessor: 'from',
            title: t('merge.who'),
            width: 150,
            render: ({ from, into }) => (
              <Group gap={6}>
                <Member handle={from.handle} />
                <IconArrowRight size={14} role="img" aria-label={t('merge.becomes')} />
                <Member handle={into.handle} />
              </Group>
            ),
          },
          { accessor: 'outcome', title: t('merge.moved'), width: 180, render: (merge) => <CameOver merge={merge} /> },
          {
            accessor: 'reason',
            title: t('merge.why'),
            width: 180,
            render: ({ by, reason }) => (
              <>
                {by ? <Member handle={by} /> : <Text size="sm">{t('merge.by_code')}</Text>}
                <Text size="sm">{reason}</Text>
              </>
            ),
          },
          { accessor: 'may_undo', title: t('sanction.act'), width: 200, render: (merge) => <Undoing merge={merge} onUndo={undo} /> },
        ]}
      />
      {undoing && <UndoMerge merge={undoing} onClose={() => undo(undefined)} />}
    </>
  );
}

const Member = ({ handle }: { handle: string }) => (
  <LinkText to="/admin/members/$handle" params={{ handle }} size="sm">
    {handle}
  </LinkText>
);

function CameOver({ merge: { outcome } }: { merge: MergeView }) {
  const { t } = useTranslation(['admin', 'common']);
  const { available, pending, reserved } = outcome.from;
  const points = available + pending + reserved;
  const parts = useMoved()(outcome.moved);
  if (points > 0) parts.unshift(t('points', { ns: 'common', count: points, formatted: number(points) }));
  return (
    <Text size="sm" lineClamp={3} title={listed(parts)}>
      {parts.length > 0 ? listed(parts) : '–'}
    </Text>
  );
}

/** The way back, or why there is none. */
function Undoing({ merge, onUndo }: { merge: MergeView; onUndo: (merge: MergeView) => void }) {
  const { t } = useTranslation('admin');
  if (merge.undone_at) return <Text size="sm">{t('merge.undone', { by: merge.undone_by ?? '–', at: dateTime(merge.undone_at) })}</Text>;
  if (!merge.may_undo) return <Text size="sm">{t('merge.settled')}</Text>;
  return (
    <Button size="xs" variant="default" onClick={() => onUndo(merge)} aria-label={t('merge.undo_of', { handle: merge.from.handle })}>
      {t('merge.undo')}
    </Button>
  );
}

function UndoMerge({ merge, onClose }: { merge: MergeView; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const queries = useQueryClient();
  const form = useForm({ initialValues: { reason: '' } });
  return (
    <ActDialog
      title={t('merge.undo_title')}
      size="lg"
      form={form}
      submit={t('merge.undo')}
      onClose={onClose}
      act={async ({ reason }) => {
        try {
          await undoMerge({ path: { merge_id: merge.id }, body: { reason: reason.trim() }, throwOnError: true });
          return t('merge.undone_now', { from: merge.from.handle, into: merge.into.handle });
        } catch (error) {
          // The list said that it may be undone: it is read again.
          queries.invalidateQueries({ queryKey: [{ _id: 'listMerges' }] });
          throw refusedIn(error, t, 'undo');
        }
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{t('merge.undo_means', { from: merge.from.handle, into: merge.into.handle })}</Text>
        <MergeOutcome merge={merge} />
      </Stack>
    </ActDialog>
  );
}
