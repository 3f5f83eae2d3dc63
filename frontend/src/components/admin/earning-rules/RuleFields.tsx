import { Checkbox, Fieldset, NativeSelect, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { CurrencySelect, DateTimeInput, IntegerInput, MoneyInput } from '../inputs';
import { ConditionFields } from './ConditionFields';
import { ExpiryInput } from './ExpiryInput';
import { LimitFields } from './LimitFields';
import { AMOUNTS, defaultHoldDays, hasAmounts, isForAnswers, ROUNDINGS, RULE_KINDS, type RuleValues, SCOPES, TRIGGERS } from './ruleForm';

/** Everything that a rule says; a rule's name and trigger stay for good. */
export function RuleFields({ form, isNew }: { form: UseFormReturnType<RuleValues>; isNew: boolean }) {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const { trigger, terms } = form.values;
  const bought = trigger === 'purchase';
  const { kind, currency } = terms;
  const withAmounts = hasAmounts(form.values);
  return (
    <Stack>
      <Fieldset legend={t('rule.what')}>
        <Stack>
          {isNew && (
            <>
              <TextInput
                label={t('admin:name')}
                description={t('rule.name_help')}
                required
                maxLength={100}
                {...form.getInputProps('name')}
              />
              <NativeSelect
                label={t('rule.trigger_label')}
                description={t(`rule.trigger_help.${trigger}`)}
                data={TRIGGERS.map((value) => ({ value, label: t(`rule.trigger.${value}`) }))}
                {...form.getInputProps('trigger')}
              />
            </>
          )}
          {bought && (
            <NativeSelect
              label={t('rule.kind_label')}
              description={t(`rule.kind_help.${kind}`)}
              data={RULE_KINDS.map((value) => ({ value, label: t(`rule.kind.${value}`) }))}
              {...form.getInputProps('terms.kind')}
            />
          )}
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <IntegerInput
              label={t(kind === 'percent_bonus' && bought ? 'rule.percent' : 'reward.points')}
              description={t(`rule.points_help.${bought ? kind : 'event'}`)}
              required
              min={bought ? 0 : 1}
              {...form.getInputProps('terms.points')}
            />
            {bought && kind === 'base' && (
              <MoneyInput
                label={t('rule.per_amount')}
                description={t('rule.per_amount_help')}
                currency={currency}
                {...form.getInputProps('terms.per_minor')}
              />
            )}
          </SimpleGrid>
          {bought && (
            <CurrencySelect
              label={t('admin:currency')}
              description={t(withAmounts ? 'rule.currency_help' : 'rule.currency_any_help')}
              placeholder={withAmounts ? undefined : t('rule.any_currency')}
              required={withAmounts}
              allowDeselect={!withAmounts}
              clearable={!withAmounts}
              clearButtonProps={{ 'aria-label': t('rule.any_currency') }}
              {...form.getInputProps('terms.currency')}
              value={currency || null}
              onChange={(next) => form.setFieldValue('terms.currency', next ?? '')}
            />
          )}
          {bought && kind !== 'fixed_bonus' && (
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <NativeSelect
                label={t('rule.rounding_label')}
                data={ROUNDINGS.map((value) => ({ value, label: t(`rule.rounding.${value}`) }))}
                {...form.getInputProps('terms.rounding')}
              />
              <NativeSelect
                label={t('rule.scope_label')}
                description={t(`rule.scope_help.${terms.scope}`)}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                data={SCOPES.map((value) => ({ value, label: t(`rule.scope.${value}`) }))}
                {...form.getInputProps('terms.scope')}
              />
            </SimpleGrid>
          )}
          {bought && kind === 'base' && (
            <Checkbox.Group label={t('rule.includes')} description={t('rule.includes_help')}>
              <SimpleGrid cols={{ base: 1, xs: 2 }} mt="xs" spacing="xs">
                {AMOUNTS.map((one) => (
                  <Checkbox
                    key={one}
                    label={t(`rule.include.${one}`)}
                    checked={terms.includes[one]}
                    onChange={(event) => form.setFieldValue(`terms.includes.${one}`, event.currentTarget.checked)}
                  />
                ))}
              </SimpleGrid>
            </Checkbox.Group>
          )}
        </Stack>
      </Fieldset>

      <Fieldset legend={t('rule.then')}>
        <Stack>
          <IntegerInput
            label={t('rule.hold_days')}
            description={t('rule.hold_days_help', { formatted: String(defaultHoldDays(trigger)) })}
            placeholder={String(defaultHoldDays(trigger))}
            min={0}
            max={3_650}
            {...form.getInputProps('terms.hold_days')}
          />
          <ExpiryInput {...form.getInputProps('terms.expires')} />
          {!(bought && kind === 'percent_bonus') && (
            <Checkbox
              label={t('rule.qualifies')}
              description={t('rule.qualifies_help')}
              {...form.getInputProps('terms.qualifies', { type: 'checkbox' })}
            />
          )}
          {isForAnswers(trigger) && (
            <IntegerInput
              label={t('rule.times_per_day')}
              description={t('rule.times_per_day_help')}
              min={1}
              max={1_000}
              {...form.getInputProps('terms.times_per_day')}
            />
          )}
        </Stack>
      </Fieldset>

      {bought && <ConditionFields form={form} />}
      {bought && <LimitFields form={form} />}

      <Fieldset legend={t('rule.validity')}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <DateTimeInput
            label={t('admin:from')}
            description={t(isNew ? 'rule.from_help_new' : 'rule.from_help')}
            {...form.getInputProps('valid_from')}
          />
          <DateTimeInput label={t('admin:until')} description={t('reward.until_help')} {...form.getInputProps('valid_until')} />
        </SimpleGrid>
      </Fieldset>
    </Stack>
  );
}
