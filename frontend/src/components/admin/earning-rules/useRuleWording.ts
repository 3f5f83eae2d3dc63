import type { Terms, Trigger } from '@regulars/client';
import { listTiersOptions } from '@regulars/client/react-query';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { expiryOf } from '~/components/loyalty/expiry';
import { listed, money, number, oneUnit, percent, weekday } from '~/format';
import { AMOUNTS, defaultHoldDays } from './ruleForm';

/** What rules do, in plain words. */
export function useRuleWording() {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  const { data: tiers } = useQuery(listTiersOptions());
  const points = (count: number) => t('common:points', { count, formatted: number(count) });
  const amount = (minor: number, currency?: string) => (currency ? money(minor, currency) : number(minor));
  const tier = (rank: number) => tiers?.items.find((one) => one.rank === rank)?.name ?? t('tier.rank_number', { rank });

  function head(trigger: Trigger, terms: Terms): string {
    if (terms.points === 0 && terms.kind !== 'percent_bonus') return t('rule.say.nothing');
    if (trigger !== 'purchase') return t(`rule.say.${trigger}`, { points: points(terms.points) });
    if (terms.kind === 'percent_bonus') return t('rule.say.percent_bonus', { percent: percent(terms.points / 100) });
    if (terms.kind === 'fixed_bonus') return t('rule.say.fixed_bonus', { points: points(terms.points) });
    if (terms.per_minor) return t('rule.say.base', { points: points(terms.points), amount: amount(terms.per_minor, terms.currency) });
    return t('rule.say.base', { points: points(terms.points), amount: terms.currency ? oneUnit(terms.currency) : number(1) });
  }

  /** Every term that says something, by its name in the form. */
  function termTexts(trigger: Trigger, terms: Terms): Partial<Record<TermName, string>> {
    const { conditions = {}, includes, cap } = terms;
    const { hours } = conditions;
    const counted = AMOUNTS.filter((one) => includes?.[one]);
    const bought = trigger === 'purchase';
    const expiry = expiryOf(terms.expires);
    const hold = terms.hold_days ?? defaultHoldDays(trigger);
    return {
      points: head(trigger, terms),
      currency: terms.currency && t('rule.say.currency', { currency: terms.currency }),
      rounding:
        bought && terms.kind !== 'fixed_bonus'
          ? t(`rule.say.rounded_${terms.rounding ?? 'floor'}`, { scope: t(`rule.say.per_${terms.scope ?? 'order'}`) })
          : undefined,
      includes: counted.length ? t('rule.say.includes', { amounts: listed(counted.map((one) => t(`rule.amount.${one}`))) }) : undefined,
      skus: conditions.skus?.length ? t('rule.say.skus', { list: listed(conditions.skus) }) : undefined,
      categories: conditions.categories?.length ? t('rule.say.categories', { list: listed(conditions.categories) }) : undefined,
      channels: conditions.channels?.length ? t('rule.say.channels', { list: listed(conditions.channels) }) : undefined,
      weekdays: conditions.weekdays?.length
        ? t('rule.say.weekdays', { list: listed(conditions.weekdays.map((day) => weekday(day))) })
        : undefined,
      hours: hours && t('rule.say.hours', { from: `${hours.from}:00`, until: `${hours.until}:00` }),
      min_amount:
        conditions.min_amount_minor === undefined
          ? undefined
          : t('rule.say.min_amount', { amount: amount(conditions.min_amount_minor, terms.currency) }),
      tier: conditions.tier_rank_min ? t('rule.say.tier', { name: tier(conditions.tier_rank_min) }) : undefined,
      first_purchase:
        conditions.first_purchase === undefined ? undefined : t(conditions.first_purchase ? 'rule.say.first_only' : 'rule.say.not_first'),
      cap:
        cap &&
        `${t(`rule.say.cap_${cap.period}`, { points: points(cap.points) })}${cap.over === 'reject' ? ` ${t('rule.say.cap_reject')}` : ''}`,
      times_per_day:
        terms.times_per_day === undefined
          ? undefined
          : t('rule.say.times_per_day', { count: terms.times_per_day, formatted: number(terms.times_per_day) }),
      priority: terms.priority ? t('rule.say.priority', { priority: number(terms.priority) }) : undefined,
      combine: terms.combine && terms.combine !== 'sum' ? t(`rule.say.combine_${terms.combine}`) : undefined,
      exclusive_group: terms.exclusive_group && t('rule.say.exclusive', { group: terms.exclusive_group }),
      hold: hold === 0 ? t('rule.say.at_once') : t('rule.say.hold', { count: hold, formatted: number(hold) }),
      expires: expiry
        ? t(`rule.say.expires_${expiry.unit}`, { count: expiry.count, formatted: number(expiry.count) }) +
          (expiry.roundUp === 'day' ? '' : ` ${t(`rule.say.to_end_${expiry.roundUp}`)}`)
        : undefined,
      qualifies: terms.kind === 'percent_bonus' ? undefined : t(terms.qualifies ? 'rule.say.qualifies' : 'rule.say.not_qualifying'),
    };
  }

  return {
    termTexts,
    points,
    /** The whole rule in one sentence. */
    sentence: (trigger: Trigger, terms: Terms) => {
      const parts = Object.values(termTexts(trigger, terms)).filter((part): part is string => Boolean(part));
      const sentence = parts.join(', ');
      return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
    },
  };
}

/** A term that can be put into words. */
export type TermName =
  | 'points'
  | 'currency'
  | 'rounding'
  | 'includes'
  | 'skus'
  | 'categories'
  | 'channels'
  | 'weekdays'
  | 'hours'
  | 'min_amount'
  | 'tier'
  | 'first_purchase'
  | 'cap'
  | 'times_per_day'
  | 'priority'
  | 'combine'
  | 'exclusive_group'
  | 'hold'
  | 'expires'
  | 'qualifies';
