import { Chip, Fieldset, Group, Input, NativeSelect, SimpleGrid, Stack, TagsInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { weekday } from '~/format';
import { IntegerInput, MoneyInput, TierSelect } from '../inputs';
import type { RuleValues } from './ruleForm';
import { WEEKDAYS } from './ruleForm';

/** When a rule applies; all that is given must hold. */
export function ConditionFields({ form }: { form: UseFormReturnType<RuleValues> }) {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const { conditions, currency } = form.values.terms;
  return (
    <Fieldset legend={t('rule.conditions')}>
      <Stack>
        {(['categories', 'skus', 'channels'] as const).map((one) => (
          <TagsInput
            key={one}
            label={t(`rule.${one}`)}
            description={t(`rule.${one}_help`)}
            acceptValueOnBlur
            clearable
            clearButtonProps={{ 'aria-label': t('rule.clear', { what: t(`rule.${one}`) }) }}
            maxTags={1_000}
            {...form.getInputProps(`terms.conditions.${one}`)}
          />
        ))}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <MoneyInput
            label={t('rule.min_amount')}
            description={t('rule.min_amount_help')}
            currency={currency}
            {...form.getInputProps('terms.conditions.min_amount_minor')}
          />
          <NativeSelect
            label={t('rule.first_purchase')}
            description={t('rule.first_purchase_help')}
            data={[
              { value: '', label: t('rule.first.any') },
              { value: 'yes', label: t('rule.first.only') },
              { value: 'no', label: t('rule.first.not') },
            ]}
            {...form.getInputProps('terms.conditions.first_purchase')}
          />
        </SimpleGrid>
        <TierSelect label={t('reward.tier')} description={t('rule.tier_help')} {...form.getInputProps('terms.conditions.tier_rank_min')} />
        <Input.Wrapper
          label={t('rule.weekdays')}
          description={t('rule.weekdays_help')}
          error={form.errors['terms.conditions.weekdays']}
          labelElement="div"
        >
          <Chip.Group
            multiple
            value={conditions.weekdays.map(String)}
            onChange={(days) => form.setFieldValue('terms.conditions.weekdays', days.map(Number).sort())}
          >
            <Group gap="xs" mt={6}>
              {WEEKDAYS.map((day) => (
                <Chip key={day} value={String(day)} size="sm">
                  {weekday(day, 'short')}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </Input.Wrapper>
        <Input.Wrapper
          label={t('rule.hours')}
          description={t('rule.hours_help')}
          error={form.errors['terms.conditions.hours']}
          labelElement="div"
        >
          <Group gap="xs" mt={6}>
            <IntegerInput
              aria-label={t('rule.hours_from')}
              placeholder={t('admin:from')}
              w={110}
              min={0}
              max={23}
              suffix=":00"
              {...form.getInputProps('terms.conditions.hours.from')}
            />
            <IntegerInput
              aria-label={t('rule.hours_until')}
              placeholder={t('admin:until')}
              w={110}
              min={1}
              max={24}
              suffix=":00"
              {...form.getInputProps('terms.conditions.hours.until')}
            />
          </Group>
        </Input.Wrapper>
      </Stack>
    </Fieldset>
  );
}
