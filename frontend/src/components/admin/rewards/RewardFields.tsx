import { Checkbox, Fieldset, NativeSelect, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { RewardKind } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { REWARD_KINDS } from '~/components/loyalty/RewardIcon';
import { CurrencySelect, DateTimeInput, IntegerInput, MoneyInput, TierSelect } from '../inputs';
import { hasAmount, LIMIT_PERIODS, type RewardValues } from './rewardForm';

/** Everything that a reward has; kind and face value only while it is new, for they stay for good. */
export function RewardFields({
  form,
  isNew,
  siteCurrency,
}: {
  form: UseFormReturnType<RewardValues>;
  isNew: boolean;
  /** What costs are counted in where the reward itself has no currency. */
  siteCurrency?: string;
}) {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const { kind, currency } = form.values;
  const choose = (next: RewardKind) => {
    form.setFieldValue('kind', next);
    form.setFieldValue('face_value', '');
    // What has to be sent is approved by a person, unless somebody says otherwise.
    form.setFieldValue('needs_approval', next === 'material');
  };
  return (
    <>
      <Fieldset legend={t('reward.about')}>
        <Stack>
          <NativeSelect
            label={t('reward.kind_label')}
            description={isNew ? t(`reward.kind_help.${kind}`) : t('reward.kind_stays')}
            disabled={!isNew}
            value={kind}
            onChange={(event) => choose(event.currentTarget.value as RewardKind)}
            data={REWARD_KINDS.map((value) => ({ value, label: t(`reward.kind.${value}`) }))}
          />
          {kind === 'percentage_coupon' && (
            <IntegerInput
              label={t('reward.percent')}
              min={1}
              max={100}
              suffix="%"
              required
              disabled={!isNew}
              {...form.getInputProps('face_value')}
            />
          )}
          {hasAmount(kind) && (
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <MoneyInput
                label={t('reward.face_value')}
                description={t('reward.face_value_help')}
                currency={currency}
                required
                disabled={!isNew}
                {...form.getInputProps('face_value')}
              />
              <CurrencySelect
                label={t('admin:currency')}
                description={t('reward.currency_help')}
                required
                disabled={!isNew}
                allowDeselect={false}
                {...form.getInputProps('currency')}
              />
            </SimpleGrid>
          )}
          <TextInput label={t('admin:name')} description={t('reward.name_help')} required maxLength={120} {...form.getInputProps('name')} />
          <Textarea
            label={t('reward.description')}
            description={t('reward.description_help')}
            autosize
            minRows={3}
            maxLength={4_000}
            {...form.getInputProps('description')}
          />
        </Stack>
      </Fieldset>

      <Fieldset legend={t('reward.price')}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <IntegerInput
            label={t('reward.price_points')}
            description={t('reward.price_points_help')}
            required
            min={1}
            max={1_000_000_000}
            {...form.getInputProps('price_points')}
          />
          <MoneyInput
            label={t('reward.cost')}
            description={t('reward.cost_help')}
            currency={hasAmount(kind) ? currency : siteCurrency}
            {...form.getInputProps('cost_minor')}
          />
        </SimpleGrid>
      </Fieldset>

      <Fieldset legend={t('reward.supply')}>
        <Stack>
          {isNew && kind === 'code_pool' && <Text size="sm">{t('reward.pool_supply')}</Text>}
          {isNew && kind !== 'code_pool' && (
            <IntegerInput
              label={t('reward.supplied')}
              description={t('reward.supplied_help')}
              min={0}
              {...form.getInputProps('supplied')}
            />
          )}
          {!isNew && <Text size="sm">{t('reward.supply_elsewhere')}</Text>}
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <IntegerInput
              label={t('reward.per_member_max')}
              description={t('reward.per_member_max_help')}
              min={1}
              max={1_000_000}
              {...form.getInputProps('per_member_max')}
            />
            <NativeSelect
              label={t('reward.per_member_period')}
              description={t('reward.per_member_period_help')}
              data={LIMIT_PERIODS.map((value) => ({ value, label: t(`limit_period.${value}`) }))}
              disabled={form.values.per_member_max === ''}
              {...form.getInputProps('per_member_period')}
            />
          </SimpleGrid>
          <TierSelect label={t('reward.tier')} description={t('reward.tier_help')} {...form.getInputProps('tier_rank_min')} />
        </Stack>
      </Fieldset>

      <Fieldset legend={t('reward.time')}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <DateTimeInput label={t('admin:from')} description={t('reward.from_help')} {...form.getInputProps('available_from')} />
          <DateTimeInput label={t('admin:until')} description={t('reward.until_help')} {...form.getInputProps('available_until')} />
        </SimpleGrid>
      </Fieldset>

      <Fieldset legend={t('reward.handling')}>
        <Stack>
          <Checkbox
            label={t('reward.needs_approval')}
            description={t('reward.needs_approval_help')}
            {...form.getInputProps('needs_approval', { type: 'checkbox' })}
          />
          <Checkbox
            label={t('reward.refundable')}
            description={t('reward.refundable_help')}
            {...form.getInputProps('refundable', { type: 'checkbox' })}
          />
        </Stack>
      </Fieldset>
    </>
  );
}
