import { ActionIcon, Button, Card, Checkbox, Fieldset, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { CurrencySelect, DateTimeInput, IntegerInput, MoneyInput, TierSelect } from '../inputs';
import { EXTRAS, newLine, type TestOrder } from './orderForm';

/** The order and the member that rules are tried with. */
export function OrderFields({ form }: { form: UseFormReturnType<TestOrder> }) {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const { currency } = form.values;
  return (
    <Stack>
      <Fieldset legend={t('try.lines')}>
        <Stack>
          {form.values.lines.map(({ key }, index) => (
            <Card key={key} padding="sm">
              <Group justify="space-between" mb="xs">
                <Text size="sm" fw={600}>
                  {t('try.line', { number: index + 1 })}
                </Text>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  disabled={form.values.lines.length === 1}
                  aria-label={t('try.remove_line', { number: index + 1 })}
                  onClick={() => form.removeListItem('lines', index)}
                >
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              </Group>
              <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="xs">
                <TextInput label={t('try.sku')} required {...form.getInputProps(`lines.${index}.sku`)} />
                <TextInput label={t('try.category')} {...form.getInputProps(`lines.${index}.category`)} />
                <IntegerInput
                  label={t('try.quantity')}
                  required
                  min={1}
                  max={1_000_000}
                  {...form.getInputProps(`lines.${index}.quantity`)}
                />
                <MoneyInput label={t('try.unit')} required currency={currency} {...form.getInputProps(`lines.${index}.unit_minor`)} />
                <MoneyInput label={t('try.discount')} currency={currency} {...form.getInputProps(`lines.${index}.discount_minor`)} />
              </SimpleGrid>
            </Card>
          ))}
          <Button
            variant="default"
            size="sm"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => form.insertListItem('lines', newLine())}
            style={{ alignSelf: 'flex-start' }}
          >
            {t('try.add_line')}
          </Button>
        </Stack>
      </Fieldset>
      <Fieldset legend={t('try.order')}>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <CurrencySelect label={t('admin:currency')} allowDeselect={false} {...form.getInputProps('currency')} />
          <TextInput label={t('try.channel')} {...form.getInputProps('channel')} />
          <DateTimeInput label={t('try.purchased_at')} description={t('try.purchased_at_help')} {...form.getInputProps('purchased_at')} />
          {EXTRAS.map((extra) => (
            <MoneyInput key={extra} label={t(`try.extra.${extra}`)} currency={currency} {...form.getInputProps(extra)} />
          ))}
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend={t('admin:member')}>
        <Stack gap="sm">
          <TierSelect label={t('try.tier')} {...form.getInputProps('tier_rank')} />
          <Checkbox label={t('try.first_purchase')} {...form.getInputProps('first_purchase', { type: 'checkbox' })} />
        </Stack>
      </Fieldset>
    </Stack>
  );
}
