import type { WayToEarn } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { date, listed, money, number, percent, weekday } from '~/format';
import { channelName } from './channelName';
import { expiryOf } from './expiry';

/** Ways to earn, in words for those who earn. */
export function useWayWording() {
  const { t } = useTranslation(['loyalty', 'common']);
  const points = (count: number) => t('common:points', { count, formatted: number(count) });
  const amount = (minor: number, currency?: string) => (currency ? money(minor, currency) : number(minor));

  function gain({ trigger, kind, points: count, per_minor, currency }: WayToEarn): string {
    if (count === 0 && kind !== 'percent_bonus') return t('earn.say.nothing');
    if (trigger !== 'purchase') return t(`earn.say.${trigger}`, { points: points(count) });
    if (kind === 'percent_bonus') return t('earn.say.bonus', { percent: percent(count / 100) });
    if (kind === 'fixed_bonus') return t('earn.say.fixed', { points: points(count) });
    return t('earn.say.base', { points: points(count), amount: amount(per_minor ?? 1, currency) });
  }

  function conditions(way: WayToEarn): (string | undefined | false)[] {
    const { currency, tier, hours, min_amount_minor, first_purchase, categories, channels, weekdays } = way;
    const least = way.trigger === 'purchase' ? 'earn.say.min_amount' : 'earn.say.min_order';
    return [
      way.kind !== 'base' && currency && t('earn.say.currency', { currency }),
      tier && (tier.name ? t('earn.say.tier', { name: tier.name }) : t('earn.say.tier_any')),
      min_amount_minor !== undefined && t(least, { amount: amount(min_amount_minor, currency) }),
      first_purchase !== undefined && t(first_purchase ? 'earn.say.first_only' : 'earn.say.not_first'),
      way.selected_products && t('earn.say.selected_products'),
      categories.length && t('earn.say.categories', { list: listed(categories) }),
      channels.length && t('earn.say.channels', { list: listed(channels.map(channelName)) }),
      weekdays.length && t('earn.say.weekdays', { list: listed(weekdays.map((day) => weekday(day))) }),
      hours && t('earn.say.hours', { from: `${hours.from}:00`, until: `${hours.until}:00` }),
    ].map((part) => part || undefined);
  }

  function terms(way: WayToEarn): (string | undefined | false)[] {
    const { cap, times_per_day, times_per_year, hold_days, valid_until } = way;
    const expiry = expiryOf(way.expires);
    return [
      way.trigger === 'purchase' && way.kind === 'base' && t(`earn.say.rounded_${way.rounding}`),
      cap && t(`earn.say.cap_${cap.period}`, { points: points(cap.points) }),
      times_per_day !== undefined && t('earn.say.times_per_day', { count: times_per_day, formatted: number(times_per_day) }),
      times_per_year !== undefined && t('earn.say.times_per_year', { count: times_per_year, formatted: number(times_per_year) }),
      hold_days === 0 && t('earn.say.at_once'),
      Boolean(hold_days) && t('earn.say.hold', { count: hold_days, formatted: number(hold_days ?? 0) }),
      expiry &&
        [
          t(`earn.say.expires_${expiry.unit}`, { count: expiry.count, formatted: number(expiry.count) }),
          expiry.roundUp !== 'day' && t(`earn.say.to_end_${expiry.roundUp}`),
        ]
          .filter(Boolean)
          .join(' '),
      way.qualifies && way.kind !== 'percent_bonus' && t('earn.say.qualifies'),
      valid_until && t('earn.say.until', { date: date(valid_until) }),
    ];
  }

  return {
    points,
    amount,
    /** What is earned. */
    gain,
    /** For whom, for what, and when it can be spent. */
    small: (way: WayToEarn) => [...conditions(way), ...terms(way)].filter(Boolean).join(' · '),
  };
}
