import { NativeSelect, Text, Textarea } from '@mantine/core';
import { imposeSanction, liftSanction, type SanctionKind, type SanctionView } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { SILENCE_HOURS, SUSPENSION_HOURS } from '~/components/admin/review/decisions';
import { duration } from '~/format';
import { useDraftForm } from '~/useDraftForm';
import { MemberActionDialog } from './MemberActionDialog';

const KINDS: SanctionKind[] = ['warning', 'silence', 'suspension'];
const LENGTHS: Record<SanctionKind, number[]> = { warning: [], silence: SILENCE_HOURS, suspension: SUSPENSION_HOURS };

/** Warns, silences or suspends a member. */
export function ImposeSanctionDialog({ handle, onClose }: { handle: string; onClose: () => void }) {
  const { t } = useTranslation('admin_community');
  const form = useDraftForm(`sanction.${handle}`, { initialValues: { kind: 'warning' as SanctionKind, hours: '', note: '', reason: '' } });
  const lengths = LENGTHS[form.values.kind];
  const lengthOf = (hours: string) => (lengths.map(String).includes(hours) ? Number(hours) : lengths[0]) || undefined;
  return (
    <MemberActionDialog
      title={t('sanction.title', { handle })}
      form={form}
      submit={t(`sanction.do.${form.values.kind}`)}
      danger
      onClose={onClose}
      action={async ({ kind, hours, note, reason }) => {
        await imposeSanction({
          path: { handle },
          body: { kind, hours: lengthOf(hours), reason: reason.trim(), note: note.trim() || undefined },
          throwOnError: true,
        });
        return t(`sanction.done.${kind}`, { handle });
      }}
    >
      <NativeSelect
        data-autofocus
        label={t('sanction.kind')}
        data={KINDS.map((kind) => ({ value: kind, label: t(`sanction.kinds.${kind}`) }))}
        {...form.getInputProps('kind')}
      />
      <Text size="sm" c="dimmed">
        {t(`sanction.means.${form.values.kind}`)}
      </Text>
      {lengths.length > 0 && (
        <NativeSelect
          label={t('review.hours')}
          data={lengths.map((hours) => ({ value: String(hours), label: hours ? duration(hours * 3_600) : t('review.for_good') }))}
          {...form.getInputProps('hours')}
        />
      )}
      <Textarea
        label={t('sanction.note')}
        description={t('sanction.note_hint')}
        autosize
        minRows={2}
        maxLength={1_000}
        {...form.getInputProps('note')}
      />
    </MemberActionDialog>
  );
}

/** Ends a silence or a suspension before its time. */
export function LiftSanctionDialog({ sanction, handle, onClose }: { sanction: SanctionView; handle: string; onClose: () => void }) {
  const { t } = useTranslation('admin_community');
  const form = useDraftForm(`lift.${sanction.id}`, { initialValues: { reason: '' } });
  return (
    <MemberActionDialog
      title={t('sanction.lift_title', { handle })}
      form={form}
      submit={t('sanction.lift')}
      onClose={onClose}
      action={async ({ reason }) => {
        await liftSanction({ path: { id: sanction.id }, query: { reason: reason.trim() }, throwOnError: true });
        return t('sanction.lifted_now', { handle });
      }}
    >
      <Text size="sm">{sanction.reason}</Text>
    </MemberActionDialog>
  );
}
