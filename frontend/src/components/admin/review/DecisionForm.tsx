import { Autocomplete, Button, Group, NativeSelect, Stack, Textarea } from '@mantine/core';
import type { Decision } from '@regulars/client';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '~/format';
import { useDraftForm } from '~/useDraftForm';
import { useOnce } from '~/useWrite';
import { hoursOf, isPersonal } from './decisions';
import { recentReasons, rememberReason } from './recentReasons';

/** A form that can show what the server says against its fields. */
export interface FieldErrors {
  setErrors: (errors: Record<string, string>) => void;
}

/** What a decision needs beside its name. */
export interface DecisionDetails {
  reason: string;
  note?: string;
  hours?: number;
}

const REASON_CHARS = { min: 3, max: 1_000 };

/** Reason, note and length of one decision. It opens with the reason given last, so that Enter is enough to say it again. */
export function DecisionForm({
  about,
  decision,
  onDecide,
  onCancel,
  blocked,
  children,
}: {
  /** The name of what is decided about. */
  about: string;
  decision: Decision;
  /** Whether it was done. */
  onDecide: (details: DecisionDetails, form: FieldErrors) => Promise<boolean>;
  /** While nothing can be decided, what was typed stays. */
  blocked?: boolean;
  onCancel: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation(['admin_community', 'common']);
  const [recent] = useState(() => recentReasons(decision));
  const field = useRef<HTMLInputElement>(null);
  const lengths = hoursOf(decision);
  const form = useDraftForm(`decide.${about}.${decision}`, {
    initialValues: { reason: recent[0] ?? '', note: '', hours: String(lengths[0] ?? '') },
    validate: {
      reason: (reason) => (reason.trim().length < REASON_CHARS.min ? t('review.reason_short') : null),
    },
  });
  useEffect(() => {
    field.current?.select();
  }, []);
  const decide = useOnce(async ({ reason, note, hours }: typeof form.values) => {
    const details: DecisionDetails = { reason: reason.trim() };
    if (note.trim()) details.note = note.trim();
    if (Number(hours) > 0) details.hours = Number(hours);
    if (await onDecide(details, form)) rememberReason(decision, details.reason);
  });
  return (
    <form onSubmit={form.onSubmit(decide)}>
      <Stack gap="sm">
        {children}
        {lengths.length > 0 && (
          <NativeSelect
            label={t('review.hours')}
            data={lengths.map((hours) => ({ value: String(hours), label: hours ? duration(hours * 3_600) : t('review.for_good') }))}
            {...form.getInputProps('hours')}
          />
        )}
        <Autocomplete
          ref={field}
          data-autofocus
          autoFocus
          required
          label={t('common:reason')}
          description={t('review.reason_for')}
          maxLength={REASON_CHARS.max}
          data={recent}
          comboboxProps={{ withinPortal: false }}
          filter={({ options }) => options}
          {...form.getInputProps('reason')}
        />
        <Textarea
          label={t(isPersonal(decision) ? 'review.note_person' : 'review.note')}
          description={t('review.note_for')}
          autosize
          minRows={2}
          maxLength={1_000}
          {...form.getInputProps('note')}
        />
        <Group gap="xs">
          <Button
            type="submit"
            disabled={blocked}
            loading={form.submitting}
            color={isPersonal(decision) || decision === 'delete' ? 'red.9' : undefined}
          >
            {t(`review.do.${decision}`)}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t('common:cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
