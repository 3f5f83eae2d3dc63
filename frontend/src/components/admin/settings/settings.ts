import { type EditSettings, getSettings, type SettingsView } from '@regulars/client';
import { queryOptions } from '@tanstack/react-query';
import { versionOfTag } from '~/useEditForm';

/** The settings with the tag of their version, which an edit has to name. */
export const settingsOptions = queryOptions({
  queryKey: [{ _id: 'getSettings', with: 'etag' }],
  queryFn: async ({ signal }) => {
    const { data, response } = await getSettings({ signal, throwOnError: true });
    return { settings: data, version: versionOfTag(response.headers.get('ETag')), values: valuesOf(data) };
  },
});

/** What the form holds: everything that can be edited. */
export type SettingsValues = { [Name in keyof Required<EditSettings>]: NonNullable<EditSettings[Name]> };

/** The numbers that can be set, with the least and the most that each may be, and what it is to begin with. */
export const NUMERIC_SETTINGS = {
  title_chars_min: { min: 1, max: 60, default: 15 },
  body_chars_min: { min: 1, max: 1_000, default: 20 },
  flag_hide_weight: { min: 1, max: 100, default: 8 },
  flag_hide_flaggers: { min: 1, max: 20, default: 2 },
  flag_lock_weight: { min: 5, max: 500, default: 30 },
  flag_lock_flaggers: { min: 2, max: 50, default: 5 },
  flag_silence_flaggers: { min: 2, max: 20, default: 3 },
} as const;

/** The name of a setting that is a number. */
export type NumericSetting = keyof typeof NUMERIC_SETTINGS;

/** The form's values for the settings. */
export const valuesOf = ({ welcome_html: _html, edited_at: _at, ...editable }: SettingsView): SettingsValues => editable;
