import type { Scope } from '@regulars/client';

/** The scopes that a key can have, in the order in which they are offered. */
export const SCOPES: Scope[] = [
  'purchases:write',
  'members:read',
  'members:pii',
  'redemptions:write',
  'redemptions:read_any',
  'redemptions:write_any',
  'catalog:write',
  'catalog:write_any',
  'ledger:read',
  'webhooks:write',
];

/** A scope's word in the locale. */
export const scopeKey = (scope: Scope) => scope.replace(':', '_') as ScopeWord;

type ScopeWord =
  | 'purchases_write'
  | 'members_read'
  | 'members_pii'
  | 'redemptions_write'
  | 'redemptions_read_any'
  | 'redemptions_write_any'
  | 'catalog_write'
  | 'catalog_write_any'
  | 'ledger_read'
  | 'webhooks_write';
