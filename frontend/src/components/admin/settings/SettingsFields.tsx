import { Checkbox, Fieldset, NativeSelect, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { MarkdownEditor } from '~/components/forum/MarkdownEditor';
import { number } from '~/format';
import { LANGUAGES } from '~/i18n';
import { CurrencySelect, IntegerInput, MoneyInput } from '../inputs';
import { NUMERIC_SETTINGS, type NumericSetting, type SettingsValues } from './settings';

type Form = UseFormReturnType<SettingsValues>;

/** All settings, by what they are about. */
export function SettingsFields({ form }: { form: Form }) {
  const { t } = useTranslation(['admin_system', 'admin']);
  return (
    <>
      <Fieldset legend={t('settings.community')}>
        <Stack>
          <TextInput
            label={t('settings.name')}
            description={t('settings.name_help')}
            required
            maxLength={60}
            {...form.getInputProps('name')}
          />
          <TextInput
            label={t('settings.tagline')}
            description={t('settings.tagline_help')}
            maxLength={200}
            {...form.getInputProps('tagline')}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <NativeSelect
              label={t('settings.language')}
              description={t('settings.language_help')}
              data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
              {...form.getInputProps('language')}
            />
            <CurrencySelect
              label={t('admin:currency')}
              description={t('settings.currency_help')}
              allowDeselect={false}
              {...form.getInputProps('currency')}
            />
          </SimpleGrid>
          <Checkbox
            label={t('settings.sign_up_open')}
            description={t('settings.sign_up_open_help')}
            {...form.getInputProps('sign_up_open', { type: 'checkbox' })}
          />
        </Stack>
      </Fieldset>
      <Fieldset legend={t('settings.welcome')}>
        <MarkdownEditor
          chars={{ min: 0, max: 10_000 }}
          label={t('settings.welcome_markdown')}
          description={t('settings.welcome_markdown_help')}
          value={form.values.welcome_markdown}
          onChange={(text) => form.setFieldValue('welcome_markdown', text)}
          error={form.errors.welcome_markdown}
        />
      </Fieldset>
      <Fieldset legend={t('settings.points')}>
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              label={t('settings.point_singular')}
              description={t('settings.point_singular_help')}
              required
              maxLength={30}
              {...form.getInputProps('point_singular')}
            />
            <TextInput
              label={t('settings.point_plural')}
              description={t('settings.point_plural_help')}
              required
              maxLength={30}
              {...form.getInputProps('point_plural')}
            />
          </SimpleGrid>
          <Textarea
            label={t('settings.referral_text')}
            description={t('settings.referral_text_help')}
            autosize
            minRows={3}
            maxLength={2_000}
            {...form.getInputProps('referral_text')}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <MoneyInput
              label={t('settings.referral_min')}
              description={t('settings.referral_min_help')}
              required
              currency={form.values.referral_min_currency}
              {...form.getInputProps('referral_min_minor')}
            />
            <CurrencySelect
              label={t('settings.referral_min_currency')}
              description={t('settings.referral_min_currency_help')}
              allowDeselect={false}
              {...form.getInputProps('referral_min_currency')}
            />
          </SimpleGrid>
        </Stack>
      </Fieldset>
      <Fieldset legend={t('settings.posts')}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Bounded form={form} name="title_chars_min" />
          <Bounded form={form} name="body_chars_min" />
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend={t('settings.flags')}>
        <Stack>
          <Text size="sm">{t('settings.flags_help')}</Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Bounded form={form} name="flag_hide_weight" />
            <Bounded form={form} name="flag_hide_flaggers" />
            <Bounded form={form} name="flag_lock_weight" />
            <Bounded form={form} name="flag_lock_flaggers" />
            <Bounded form={form} name="flag_silence_flaggers" />
          </SimpleGrid>
        </Stack>
      </Fieldset>
    </>
  );
}

function Bounded({ form, name }: { form: Form; name: NumericSetting }) {
  const { t } = useTranslation('admin_system');
  const { min, max, default: initial } = NUMERIC_SETTINGS[name];
  return (
    <IntegerInput
      label={t(`settings.${name}`)}
      description={`${t(`settings.${name}_help`)} ${t('settings.bounds', { min: number(min), max: number(max), initial: number(initial) })}`}
      required
      min={min}
      max={max}
      {...form.getInputProps(name)}
    />
  );
}
