import type { Scope } from '@regulars/client';

const ORDER = {
  member: { external_id: 'customer-1' },
  order_id: 'order-1',
  currency: 'EUR',
  lines: [{ sku: 'A-1', quantity: 1, unit_minor: 1999 }],
};

/** A first call that a key with these scopes may make, ready to paste into a terminal. */
export function curlExample(key: string, scopes: Scope[], origin = window.location.origin, now = new Date()) {
  const authorization = `-H 'Authorization: Bearer ${key}'`;
  if (!scopes.includes('purchases:write')) return [`curl ${origin}/api/v1/rewards`, `  ${authorization}`].join(' \\\n');
  const body = JSON.stringify({ ...ORDER, purchased_at: now.toISOString() }, null, 2);
  return [
    `curl ${origin}/api/v1/purchases`,
    `  ${authorization}`,
    `  -H 'Idempotency-Key: order-1'`,
    `  -H 'Content-Type: application/json'`,
    `  -d '${body}'`,
  ].join(' \\\n');
}
