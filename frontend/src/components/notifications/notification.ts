import type { NotificationKind, NotificationView } from '@regulars/client';
import {
  type Icon,
  IconAdjustments,
  IconAt,
  IconCircleCheck,
  IconCoins,
  IconCrown,
  IconEye,
  IconEyeOff,
  IconGift,
  IconMail,
  IconMessage,
  IconMessageReply,
  IconUserHeart,
  IconUserPlus,
  IconUsers,
} from '@tabler/icons-react';
import { linkOptions } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { questionAddress } from '~/components/forum/QuestionLink';
import { number } from '~/format';

/** The picture of each kind of notification. */
export const NOTIFICATION_ICONS: Record<NotificationKind, Icon> = {
  question_answered: IconMessageReply,
  post_commented: IconMessage,
  mentioned: IconAt,
  answer_accepted: IconCircleCheck,
  post_hidden: IconEyeOff,
  post_restored: IconEye,
  tier_changed: IconCrown,
  redemption_changed: IconGift,
  points_available: IconCoins,
  points_adjusted: IconAdjustments,
  referral_rewarded: IconUserHeart,
  group_requested: IconUserPlus,
  group_granted: IconUsers,
  group_invited: IconMail,
};

/** What happened, in a sentence. */
export function sentenceOf(t: TFunction<'account'>, notification: NotificationView): string {
  const points = Math.abs(notification.points ?? 0);
  const isOfPoints = notification.points !== undefined && notification.points !== null;
  return t(`notifications.${variantOf(notification)}`, {
    count: isOfPoints ? points : notification.count,
    formatted: number(isOfPoints ? points : notification.count),
    actor: notification.actor?.display_name ?? t('notifications.somebody'),
    title: notification.question?.title ?? t('notifications.hidden_question'),
    group: notification.group?.name ?? '…',
    reward: notification.redemption?.reward ?? '…',
    tier: notification.tier?.name ?? '…',
  });
}

function variantOf({ kind, tier, redemption, points }: NotificationView) {
  if (kind === 'tier_changed') return tier?.risen ? 'tier_risen' : 'tier_fallen';
  if (kind === 'points_adjusted') return (points ?? 0) < 0 ? 'points_taken' : 'points_added';
  if (kind === 'redemption_changed') return `redemption_${STATES.find((state) => state === redemption?.state) ?? 'issued'}` as const;
  return kind;
}

const STATES = ['held', 'issued', 'fulfilled', 'cancelled', 'expired', 'refunded'] as const;

/** Where one sees more about it. */
export function linkOf({ kind, question, post_id, group }: NotificationView) {
  if (kind === 'post_hidden' || (kind === 'post_restored' && !question)) return linkOptions({ to: '/settings/moderation' });
  if (question) {
    const isAnswer = post_id && post_id !== question.id;
    return linkOptions({ ...questionAddress(question.id), hash: isAnswer ? `a-${post_id}` : undefined });
  }
  if (group) {
    const to = kind === 'group_requested' ? '/groups/$slug/members' : '/groups/$slug';
    return linkOptions({ to, params: { slug: group.slug } });
  }
  if (kind === 'redemption_changed') return linkOptions({ to: '/rewards/mine' });
  if (kind === 'referral_rewarded') return linkOptions({ to: '/referral' });
  if (kind === 'tier_changed') return linkOptions({ to: '/points', search: { tab: 'tiers' } });
  return linkOptions({ to: '/points' });
}
