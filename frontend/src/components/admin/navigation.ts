import {
  type Icon,
  IconAdjustments,
  IconBuildingStore,
  IconChartBar,
  IconCoins,
  IconGift,
  IconHistory,
  IconKey,
  IconListDetails,
  IconReceipt,
  IconRosetteDiscountCheck,
  IconSettings,
  IconShieldCheck,
  IconTags,
  IconUserPlus,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';

/** A page of the staff area; `name` is its word under `nav` in the locale `admin`. */
export interface NavItem {
  to: string;
  name: keyof typeof import('~/locales/en/admin.json')['nav'];
  icon: Icon;
  /** Moderators see it too; the rest is for administrators. */
  moderators?: boolean;
}

/** The pages of the staff area, by what they are about. A new page gets its line here. */
export const NAVIGATION: { section: 'community' | 'loyalty' | 'system'; items: NavItem[] }[] = [
  {
    section: 'community',
    items: [
      { to: '/admin/dashboard', name: 'dashboard', icon: IconChartBar, moderators: true },
      { to: '/admin/review', name: 'review', icon: IconShieldCheck, moderators: true },
      { to: '/admin/members', name: 'members', icon: IconUsers, moderators: true },
      { to: '/admin/tags', name: 'tags', icon: IconTags, moderators: true },
      { to: '/admin/groups', name: 'groups', icon: IconUsersGroup, moderators: true },
    ],
  },
  {
    section: 'loyalty',
    items: [
      { to: '/admin/rewards', name: 'rewards', icon: IconGift },
      { to: '/admin/redemptions', name: 'redemptions', icon: IconReceipt },
      { to: '/admin/earning-rules', name: 'earning_rules', icon: IconCoins },
      { to: '/admin/tiers', name: 'tiers', icon: IconRosetteDiscountCheck },
      { to: '/admin/adjustments', name: 'adjustments', icon: IconAdjustments },
      { to: '/admin/referrals', name: 'referrals', icon: IconUserPlus },
    ],
  },
  {
    section: 'system',
    items: [
      { to: '/admin/partners', name: 'partners', icon: IconBuildingStore },
      { to: '/admin/api-keys', name: 'api_keys', icon: IconKey },
      { to: '/admin/audit-log', name: 'audit_log', icon: IconHistory },
      { to: '/admin/settings', name: 'settings', icon: IconSettings },
    ],
  },
];

/** Stands for the staff area on a phone, where no page is named. */
export const StaffIcon = IconListDetails;
