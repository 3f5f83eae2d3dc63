import 'i18next';
import type account from './locales/en/account.json';
import type admin from './locales/en/admin.json';
import type common from './locales/en/common.json';
import type forum from './locales/en/forum.json';
import type groups from './locales/en/groups.json';
import type loyalty from './locales/en/loyalty.json';
import type programme from './locales/en/programme.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      account: typeof account;
      admin: typeof admin;
      common: typeof common;
      forum: typeof forum;
      groups: typeof groups;
      loyalty: typeof loyalty;
      programme: typeof programme;
    };
  }
}
