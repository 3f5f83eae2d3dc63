import { Table, Text } from '@mantine/core';
import type { PurchaseView } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { money, number } from '~/format';
import classes from './Purchases.module.css';

/** What was in an order, what it came to, and what came back. */
export function PurchaseLines({ purchase }: { purchase: PurchaseView }) {
  const { t } = useTranslation(['loyalty', 'common']);
  const sums = [
    ['order_discount', -purchase.order_discount_minor],
    ['points_paid', -purchase.points_paid_minor],
    ['gift_card', -purchase.gift_card_minor],
    ['shipping', purchase.shipping_minor],
    ['tax', purchase.tax_minor],
  ] as const;
  return (
    <Table.ScrollContainer
      minWidth={420}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': t('purchases.lines') } }}
    >
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('purchases.item')}</Table.Th>
            <Table.Th className={classes.amount}>{t('purchases.quantity')}</Table.Th>
            <Table.Th className={classes.amount}>{t('purchases.amount')}</Table.Th>
            <Table.Th className={classes.amount}>{t('common:nav.points')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {purchase.lines.map((line) => (
            <Table.Tr key={line.line}>
              <Table.Td>
                {line.sku}
                {line.category && (
                  <Text size="xs" c="dimmed">
                    {line.category}
                  </Text>
                )}
                {line.returned_quantity > 0 && (
                  <Text size="xs" fw={600}>
                    {t('purchases.returned', { count: line.returned_quantity })}
                  </Text>
                )}
              </Table.Td>
              <Table.Td className={classes.amount}>{number(line.quantity)}</Table.Td>
              <Table.Td className={classes.amount}>{money(line.net_minor, purchase.currency)}</Table.Td>
              <Table.Td className={classes.amount}>{number(line.points - line.points_clawed)}</Table.Td>
            </Table.Tr>
          ))}
          {sums.map(
            ([sum, minor]) =>
              minor !== 0 && (
                <Table.Tr key={sum}>
                  <Table.Td c="dimmed">{t(`purchases.${sum}`)}</Table.Td>
                  <Table.Td />
                  <Table.Td className={classes.amount}>{money(minor, purchase.currency)}</Table.Td>
                  <Table.Td />
                </Table.Tr>
              ),
          )}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
