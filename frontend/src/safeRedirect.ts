/** Where to go after signing in: a path of this site, and nothing that a stranger could slip in. */
export function safeRedirect(next: unknown): string | undefined {
  if (typeof next !== 'string' || !next.startsWith('/')) return undefined;
  // Browsers read "/\evil.example" and "//evil.example" as other sites.
  const there = new URL(next, window.location.origin);
  if (there.origin !== window.location.origin || /^\/(sign-in|sign-up)\b/.test(there.pathname)) return undefined;
  return there.pathname + there.search + there.hash;
}
