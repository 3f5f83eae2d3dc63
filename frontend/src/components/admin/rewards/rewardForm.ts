import type { CatalogueReward, CreateReward, EditReward, LimitPeriod, RewardKind } from '@regulars/client';
import { type NumberOrEmpty, orUndefined } from '../inputs';

/** The spans of time that a limit per member can hold for. */
export const LIMIT_PERIODS: LimitPeriod[] = ['lifetime', 'year', 'month', 'week', 'day'];

/** Whether a kind's face value is an amount of money. */
export const hasAmount = (kind: RewardKind) => kind === 'fixed_coupon' || kind === 'gift_card' || kind === 'donation';

/** A reward while it is written. */
export interface RewardValues {
  kind: RewardKind;
  name: string;
  description: string;
  price_points: NumberOrEmpty;
  face_value: NumberOrEmpty;
  currency: string;
  cost_minor: NumberOrEmpty;
  supplied: NumberOrEmpty;
  tier_rank_min: number;
  per_member_max: NumberOrEmpty;
  per_member_period: LimitPeriod;
  available_from: string;
  available_until: string;
  needs_approval: boolean;
  refundable: boolean;
}

/** The form's values for a reward, or for a new one. */
export function valuesOf(item?: CatalogueReward, defaultCurrency = 'EUR'): RewardValues {
  const reward = item?.reward;
  return {
    kind: reward?.kind ?? 'fixed_coupon',
    name: reward?.name ?? '',
    description: reward?.description ?? '',
    price_points: reward?.price_points ?? '',
    face_value: reward?.face_value ?? '',
    currency: reward?.currency ?? defaultCurrency,
    cost_minor: item?.cost_minor ?? 0,
    supplied: item?.supplied ?? '',
    tier_rank_min: reward?.tier_rank_min ?? 0,
    per_member_max: reward?.per_member_max ?? '',
    per_member_period: reward?.per_member_period ?? 'lifetime',
    available_from: reward?.available_from ?? '',
    available_until: reward?.available_until ?? '',
    needs_approval: reward?.needs_approval ?? false,
    refundable: reward?.refundable ?? false,
  };
}

/** The body that creates the reward. */
export function creationOf(values: RewardValues): CreateReward {
  const { kind } = values;
  return {
    kind,
    name: values.name,
    description: values.description,
    price_points: Number(values.price_points),
    face_value: hasAmount(kind) || kind === 'percentage_coupon' ? orUndefined(values.face_value) : undefined,
    currency: hasAmount(kind) ? values.currency : undefined,
    cost_minor: orUndefined(values.cost_minor),
    supplied: kind === 'code_pool' ? undefined : orUndefined(values.supplied),
    tier_rank_min: values.tier_rank_min,
    per_member_max: orUndefined(values.per_member_max),
    per_member_period: values.per_member_period,
    available_from: values.available_from || undefined,
    available_until: values.available_until || undefined,
    needs_approval: values.needs_approval,
    refundable: values.refundable,
  };
}

/** The body that edits the reward. */
export const editOf = (values: RewardValues): EditReward => ({
  name: values.name,
  description: values.description,
  price_points: Number(values.price_points),
  cost_minor: orUndefined(values.cost_minor),
  tier_rank_min: values.tier_rank_min,
  per_member_max: orUndefined(values.per_member_max) ?? null,
  per_member_period: values.per_member_period,
  available_from: values.available_from || null,
  available_until: values.available_until || null,
  needs_approval: values.needs_approval,
  refundable: values.refundable,
});

/** Whether members can have a reward now. */
export function statusOf({ archived_at, reward }: CatalogueReward, now = Date.now()) {
  if (archived_at) return 'archived';
  if (reward.available_from && new Date(reward.available_from).getTime() > now) return 'scheduled';
  if (reward.available_until && new Date(reward.available_until).getTime() <= now) return 'ended';
  return reward.stock_left === 0 ? 'sold_out' : 'offered';
}
