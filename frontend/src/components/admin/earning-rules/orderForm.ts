import type { PreviewOrder } from '@regulars/client';
import { type NumberOrEmpty, orUndefined } from '../inputs';

/** A test order while it is written. */
export interface TestOrder {
  currency: string;
  purchased_at: string;
  channel: string;
  lines: {
    key: string;
    sku: string;
    category: string;
    quantity: NumberOrEmpty;
    unit_minor: NumberOrEmpty;
    discount_minor: NumberOrEmpty;
  }[];
  order_discount_minor: NumberOrEmpty;
  shipping_minor: NumberOrEmpty;
  tax_minor: NumberOrEmpty;
  gift_card_minor: NumberOrEmpty;
  points_paid_minor: NumberOrEmpty;
  tier_rank: number;
  first_purchase: boolean;
}

/** Amounts of an order beside its lines, in minor units. */
export const EXTRAS = ['order_discount_minor', 'shipping_minor', 'tax_minor', 'gift_card_minor', 'points_paid_minor'] as const;

let lineCount = 0;
/** An empty line, with a key to tell it from the others. */
export const newLine = (): TestOrder['lines'][number] => ({
  key: String(++lineCount),
  sku: '',
  category: '',
  quantity: 1,
  unit_minor: '',
  discount_minor: '',
});

/** The order that the form begins with. */
export const firstOrder = (currency = 'EUR'): TestOrder => ({
  currency,
  purchased_at: '',
  channel: 'web',
  lines: [{ ...newLine(), sku: 'A-1', unit_minor: 1_999 }],
  order_discount_minor: '',
  shipping_minor: '',
  tax_minor: '',
  gift_card_minor: '',
  points_paid_minor: '',
  tier_rank: 0,
  first_purchase: false,
});

/** The test order as the API takes it; without a time it is of now. */
export const previewOf = (values: TestOrder): PreviewOrder => ({
  tier_rank: values.tier_rank,
  first_purchase: values.first_purchase,
  order: {
    currency: values.currency,
    purchased_at: values.purchased_at || new Date().toISOString(),
    channel: values.channel || undefined,
    lines: values.lines.map((line) => ({
      sku: line.sku,
      category: line.category || undefined,
      quantity: Number(line.quantity),
      unit_minor: Number(line.unit_minor),
      discount_minor: orUndefined(line.discount_minor),
    })),
    ...Object.fromEntries(EXTRAS.map((extra) => [extra, orUndefined(values[extra])])),
  },
});
