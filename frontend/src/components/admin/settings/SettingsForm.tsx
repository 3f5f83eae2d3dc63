import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { isInRange, isNotEmpty, useForm } from '@mantine/form';
import type { SettingsView } from '@regulars/client';
import { editSettingsMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { showProblem, showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { useWrite } from '~/useWrite';
import { Conflict, isConflict } from '../Conflict';
import { SettingsFields } from './SettingsFields';
import { changesOf, NUMERIC_SETTINGS, type NumericSetting, type SettingsValues, valuesOf } from './settings';

/** Edits the settings; sends only what changed, and only against the version that was read. */
export function SettingsForm({ settings, etag, onReload }: { settings: SettingsView; etag?: string; onReload: () => void }) {
  const { t } = useTranslation(['admin_system', 'admin', 'common']);
  const queries = useQueryClient();
  const before = valuesOf(settings);
  const between = (name: NumericSetting) => {
    const { min, max } = NUMERIC_SETTINGS[name];
    return isInRange({ min, max }, t('settings.out_of_bounds', { min: number(min), max: number(max) }));
  };
  const filled = isNotEmpty(t('admin:needed'));
  const form = useForm<SettingsValues>({
    initialValues: before,
    validate: {
      name: filled,
      point_singular: filled,
      point_plural: filled,
      referral_min_minor: isInRange({ min: 1 }, t('admin:needed')),
      title_chars_min: between('title_chars_min'),
      body_chars_min: between('body_chars_min'),
      flag_hide_weight: between('flag_hide_weight'),
      flag_hide_flaggers: between('flag_hide_flaggers'),
      flag_lock_weight: between('flag_lock_weight'),
      flag_lock_flaggers: between('flag_lock_flaggers'),
      flag_silence_flaggers: between('flag_silence_flaggers'),
    },
  });
  const changed = form.isDirty();
  useBlocker({
    shouldBlockFn: () => changed && !window.confirm(t('settings.leave')),
    enableBeforeUnload: changed,
  });
  const edit = useWrite({
    ...editSettingsMutation(),
    onSuccess: () => {
      showSuccess(t('settings.saved'));
      return invalidate(queries, 'settings');
    },
    onError: (error) => {
      if (!isConflict(error)) showProblem(error, form);
    },
  });
  return (
    <form noValidate onSubmit={form.onSubmit((values) => edit.mutate({ headers: { 'If-Match': etag }, body: changesOf(values, before) }))}>
      <Stack gap="lg">
        <SettingsFields form={form} />
        <Card padding="sm" className="sticky-foot">
          <Conflict error={edit.error} reload={onReload} />
          <Group justify="space-between" mt={isConflict(edit.error) ? 'sm' : undefined}>
            <Text size="sm" aria-live="polite">
              {t(changed ? 'settings.unsaved' : 'settings.all_saved')}
            </Text>
            <Group gap="xs">
              <Button variant="default" disabled={!changed} onClick={() => form.reset()}>
                {t('settings.undo')}
              </Button>
              <Button type="submit" disabled={!changed} loading={edit.isPending}>
                {t('common:save')}
              </Button>
            </Group>
          </Group>
        </Card>
      </Stack>
    </form>
  );
}
