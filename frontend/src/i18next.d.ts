import 'i18next';
import type account from './locales/en/account.json';
import type admin from './locales/en/admin.json';
import type admin_community from './locales/en/admin_community.json';
import type admin_loyalty from './locales/en/admin_loyalty.json';
import type admin_system from './locales/en/admin_system.json';
import type common from './locales/en/common.json';
import type forum from './locales/en/forum.json';
import type groups from './locales/en/groups.json';
import type loyalty from './locales/en/loyalty.json';
import type problems from './locales/en/problems.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      account: typeof account;
      admin: typeof admin;
      admin_community: typeof admin_community;
      admin_loyalty: typeof admin_loyalty;
      admin_system: typeof admin_system;
      common: typeof common;
      forum: typeof forum;
      groups: typeof groups;
      loyalty: typeof loyalty;
      problems: typeof problems;
    };
  }
}
