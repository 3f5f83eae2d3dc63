import { Button, Group, Stack, Text } from '@mantine/core';
import { type MergeView, undoMerge } from '@regulars/client';
import { listMergesOptions } from '@regulars/client/react-query';
import { IconArrowRight } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '~/components/links';
import { RelativeTime } from '~/components/RelativeTime';
import { dateTime, listed, number } from '~/format';
import { invalidate } from '~/invalidate';
import { useDraftForm } from '~/useDraftForm';
import { useMovedCounts } from '~/useMovedCounts';
import { DataTable } from '../DataTable';
import type { TabProps } from './LoyaltyTabs';
import { MemberActionDialog } from './MemberActionDialog';
import { MergeOutcome } from './MergeOutcome';
import { mergeRefusal } from './mergeRefusal';

/** What a member was merged with, and how it is undone. */
export function MergesTab({ handle, cursor }: TabProps) {
  const { t } = useTranslation(['admin_community', 'admin', 'admin_loyalty']);
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
          { accessor: 'at', title: t('admin_loyalty:statement.at'), noWrap: true, render: ({ at }) => <RelativeTime at={at} /> },
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
          { accessor: 'may_undo', title: t('admin:actions'), width: 200, render: (merge) => <UndoCell merge={merge} onUndo={undo} /> },
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
  const { t } = useTranslation();
  const { available, pending, reserved } = outcome.from;
  const points = available + pending + reserved;
  const parts = useMovedCounts()(outcome.moved);
  if (points > 0) parts.unshift(t('points', { count: points, formatted: number(points) }));
  return (
    <Text size="sm" lineClamp={3} title={listed(parts)}>
      {parts.length > 0 ? listed(parts) : '–'}
    </Text>
  );
}

/** Undoes a merge, or says why that cannot be. */
function UndoCell({ merge, onUndo }: { merge: MergeView; onUndo: (merge: MergeView) => void }) {
  const { t } = useTranslation('admin_community');
  if (merge.undone_at) return <Text size="sm">{t('merge.undone', { by: merge.undone_by ?? '–', at: dateTime(merge.undone_at) })}</Text>;
  if (!merge.may_undo) return <Text size="sm">{t('merge.settled')}</Text>;
  return (
    <Button size="xs" variant="default" onClick={() => onUndo(merge)} aria-label={t('merge.undo_of', { handle: merge.from.handle })}>
      {t('merge.undo')}
    </Button>
  );
}

function UndoMerge({ merge, onClose }: { merge: MergeView; onClose: () => void }) {
  const { t } = useTranslation('admin_community');
  const queries = useQueryClient();
  const form = useDraftForm(`unmerge.${merge.id}`, { initialValues: { reason: '' } });
  return (
    <MemberActionDialog
      title={t('merge.undo_title')}
      size="lg"
      form={form}
      submit={t('merge.undo')}
      onClose={onClose}
      action={async ({ reason }) => {
        try {
          await undoMerge({ path: { merge_id: merge.id }, body: { reason: reason.trim() }, throwOnError: true });
          return t('merge.undone_now', { from: merge.from.handle, into: merge.into.handle });
        } catch (error) {
          // The list said that it may be undone: it is read again.
          invalidate(queries, 'merges');
          throw mergeRefusal(error, t, 'undo');
        }
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{t('merge.undo_means', { from: merge.from.handle, into: merge.into.handle })}</Text>
        <MergeOutcome merge={merge} />
      </Stack>
    </MemberActionDialog>
  );
}
