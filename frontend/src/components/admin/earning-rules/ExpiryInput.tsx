import { Group, Input, NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { expiryOf, policyOf, ROUND_UPS, UNITS } from '~/components/loyalty/expiry';
import { IntegerInput } from '../inputs';

/** How long points last once they can be spent; empty for ever. */
export function ExpiryInput({ value = '', onChange, error }: { value?: string; onChange?: (policy: string) => void; error?: string }) {
  const { t } = useTranslation('admin_loyalty');
  const expiry = expiryOf(value);
  const { count = '', unit = 'M', roundUp = 'day' } = expiry ?? {};
  return (
    <Input.Wrapper label={t('rule.expires')} description={t('rule.expires_help')} error={error} labelElement="div">
      <Group gap="xs" mt={4} align="flex-end">
        <IntegerInput
          aria-label={t('rule.expires_count')}
          placeholder={t('rule.never')}
          w={110}
          min={1}
          value={count}
          onChange={(next) => onChange?.(next !== '' ? policyOf({ count: next, unit, roundUp }) : '')}
        />
        <NativeSelect
          aria-label={t('rule.expires_unit')}
          disabled={!expiry}
          value={unit}
          onChange={({ currentTarget }) => {
            const next = UNITS.find((one) => one === currentTarget.value);
            if (expiry && next) onChange?.(policyOf({ ...expiry, unit: next }));
          }}
          data={UNITS.map((one) => ({ value: one, label: t(`rule.unit.${one}`) }))}
        />
        <NativeSelect
          aria-label={t('rule.expires_round')}
          disabled={!expiry}
          value={roundUp}
          onChange={({ currentTarget }) => {
            const next = ROUND_UPS.find((one) => one === currentTarget.value);
            if (expiry && next) onChange?.(policyOf({ ...expiry, roundUp: next }));
          }}
          data={ROUND_UPS.map((one) => ({ value: one, label: t(`rule.round_up.${one}`) }))}
        />
      </Group>
    </Input.Wrapper>
  );
}
