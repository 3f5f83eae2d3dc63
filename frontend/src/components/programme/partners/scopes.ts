import type { Scope } from '@regulars/client';

export const SCOPES: Scope[] = [
  'purchases:write',
  'members:read',
  'members:pii',
  'redemptions:write',
  'catalog:write',
  'ledger:read',
  'webhooks:write',
];

/** A scope's word in the locale. */
export const wordOf = (scope: Scope) => scope.replace(':', '_') as ScopeWord;

type ScopeWord =
  | 'purchases_write'
  | 'members_read'
  | 'members_pii'
  | 'redemptions_write'
  | 'catalog_write'
  | 'ledger_read'
  | 'webhooks_write';
