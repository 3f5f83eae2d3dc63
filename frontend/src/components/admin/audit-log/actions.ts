import type catalogue from '~/locales/en/admin_system.json';

/** What the audit log may say that somebody did, with a sentence in the locale. */
export const ACTIONS = [
  'add_coupon_codes',
  'adjust_points',
  'cancel_redemption',
  'close_question',
  'create_api_key',
  'create_earning_rule',
  'create_partner',
  'create_reward',
  'create_tier',
  'decide_review_item',
  'delete_answer',
  'delete_earning_rule',
  'delete_group',
  'delete_question',
  'delete_reward',
  'delete_tier',
  'edit_api_key',
  'edit_earning_rule',
  'edit_partner',
  'edit_reward',
  'edit_settings',
  'edit_tag',
  'edit_tier',
  'fulfil_redemption',
  'impose_sanction',
  'issue_redemption',
  'lift_sanction',
  'lock_question',
  'merge_members',
  'reconcile_points',
  'refund_redemption',
  'reopen_question',
  'revoke_api_key',
  'rotate_api_key',
  'set_member_role',
  'set_reward_stock',
  'set_trust',
  'undo_merge',
  'undo_review_decision',
  'unlock_question',
  'unset_trust',
  'withdraw_codes',
] as const satisfies (keyof (typeof catalogue)['audit']['did'])[];

type Action = (typeof ACTIONS)[number];

/** Whether the locale has a sentence for it; a newer server may know more. */
export const isKnown = (action: string): action is Action => (ACTIONS as readonly string[]).includes(action);

const SUBJECTS = [
  'api_key',
  'earning_rule',
  'group',
  'member',
  'partner',
  'post',
  'redemption',
  'review_item',
  'reward',
  'tag',
  'tier',
] as const satisfies (keyof (typeof catalogue)['audit']['about'])[];

/** Whether the locale has a word for this kind of thing. */
export const isSubject = (kind: string): kind is (typeof SUBJECTS)[number] => (SUBJECTS as readonly string[]).includes(kind);
