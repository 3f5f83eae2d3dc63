import { Fieldset, NativeSelect, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { IntegerInput } from '../inputs';
import { COMBINATIONS, OVER_CAP, PERIODS, type RuleValues } from './ruleForm';

/** The most that a rule grants, and how it gets on with other rules. */
export function LimitFields({ form }: { form: UseFormReturnType<RuleValues> }) {
  const { t } = useTranslation('admin_loyalty');
  const { kind, cap } = form.values.terms;
  return (
    <Fieldset legend={t('rule.limits')}>
      <Stack>
        {kind !== 'percent_bonus' && (
          <SimpleGrid cols={{ base: 1, xs: 3 }}>
            <IntegerInput label={t('rule.cap')} description={t('rule.cap_help')} min={1} {...form.getInputProps('terms.cap.points')} />
            <NativeSelect
              label={t('rule.cap_period')}
              description={t('rule.cap_period_help')}
              disabled={cap.points === ''}
              data={PERIODS.map((value) => ({ value, label: t(`limit_period.${value === 'all' ? 'lifetime' : value}`) }))}
              {...form.getInputProps('terms.cap.period')}
            />
            <NativeSelect
              label={t('rule.cap_over')}
              description={t('rule.cap_over_help')}
              disabled={cap.points === ''}
              data={OVER_CAP.map((value) => ({ value, label: t(`rule.over.${value}`) }))}
              {...form.getInputProps('terms.cap.over')}
            />
          </SimpleGrid>
        )}
        {kind === 'base' ? (
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <IntegerInput
              label={t('rule.priority')}
              description={t('rule.priority_help')}
              min={-1_000_000}
              max={1_000_000}
              {...form.getInputProps('terms.priority')}
            />
            <NativeSelect
              label={t('rule.combine_label')}
              description={t('rule.combine_help')}
              data={COMBINATIONS.map((value) => ({ value, label: t(`rule.combine.${value}`) }))}
              {...form.getInputProps('terms.combine')}
            />
          </SimpleGrid>
        ) : (
          <TextInput
            label={t('rule.exclusive_group')}
            description={t('rule.exclusive_group_help')}
            maxLength={100}
            {...form.getInputProps('terms.exclusive_group')}
          />
        )}
      </Stack>
    </Fieldset>
  );
}
