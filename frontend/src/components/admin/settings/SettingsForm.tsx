import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { isInRange, isNotEmpty } from '@mantine/form';
import { editSettings } from '@regulars/client';
import { useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EditConflict } from '~/components/EditConflict';
import { number } from '~/format';
import { showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { changesOf } from '~/rebase';
import { useEditForm, type Version, versionOfTag } from '~/useEditForm';
import { useWrite } from '~/useWrite';
import { SettingsFields } from './SettingsFields';
import { NUMERIC_SETTINGS, type NumericSetting, type SettingsValues, settingsOptions, valuesOf } from './settings';

/** Edits the settings; sends only what changed, and only against the version that it was begun from. */
export function SettingsForm({ now }: { now: Version<SettingsValues> }) {
  const { t } = useTranslation(['admin_system', 'admin', 'common']);
  const queries = useQueryClient();
  const between = (name: NumericSetting) => {
    const { min, max } = NUMERIC_SETTINGS[name];
    return isInRange({ min, max }, t('settings.out_of_bounds', { min: number(min), max: number(max) }));
  };
  const filled = isNotEmpty(t('admin:needed'));
  const read = () => queries.fetchQuery({ ...settingsOptions, staleTime: 0 });
  const edit = useEditForm<SettingsValues>({
    draft: 'edit.settings',
    now,
    read,
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
  const { form, begun } = edit;
  const changed = form.isDirty();
  useBlocker({
    shouldBlockFn: () => changed && !window.confirm(t('settings.leave')),
    enableBeforeUnload: changed,
  });
  const write = useWrite({
    mutationFn: (values: SettingsValues) =>
      editSettings({ headers: { 'If-Match': begun.version }, body: changesOf(values, begun.values), throwOnError: true }),
    onSuccess: ({ data, response }) => {
      edit.saved({ version: versionOfTag(response.headers.get('ETag')), values: valuesOf(data) });
      showSuccess(t('settings.saved'));
      return invalidate(queries, 'settings');
    },
    onError: edit.refused,
  });
  return (
    <form noValidate onSubmit={form.onSubmit((values) => write.mutate(values))}>
      <Stack gap="lg">
        <SettingsFields form={form} />
        <Card padding="sm" className="sticky-foot">
          <EditConflict edit={edit} texts={{ name: t('settings.name'), welcome_markdown: t('settings.welcome_markdown') }} />
          <Group justify="space-between" mt={edit.behind || edit.overtaken || edit.restored ? 'sm' : undefined}>
            <Text size="sm" aria-live="polite">
              {t(changed ? 'settings.unsaved' : 'settings.all_saved')}
            </Text>
            <Group gap="xs">
              <Button variant="default" disabled={!changed} onClick={() => form.reset()}>
                {t('settings.undo')}
              </Button>
              <Button type="submit" disabled={!changed} loading={write.isPending}>
                {t('common:save')}
              </Button>
            </Group>
          </Group>
        </Card>
      </Stack>
    </form>
  );
}
