/** Browsers hold it under this name for 30 days, so that it stays. */
const KEY = 'regulars.invitation';
const DAYS = 30;

/** Stores the code of the friend whose link led here (`/any/page?ref=CODE`). The first friend counts, for 30 days. */
export function storeReferralCode() {
  const here = new URL(window.location.href);
  const code = here.searchParams.get('ref')?.trim();
  if (!code) return;
  if (!referralCode()) localStorage.setItem(KEY, JSON.stringify({ code: code.slice(0, 64), until: Date.now() + DAYS * 86_400_000 }));
  // Whoever shares this page further shares it in their own name.
  here.searchParams.delete('ref');
  window.history.replaceState(window.history.state, '', here);
}

/** The code of the friend who referred whoever sits here, if any did. */
export function referralCode(): string | undefined {
  try {
    const { code, until } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { code?: string; until?: number };
    return until && until > Date.now() ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Drops the stored code: it was used. */
export const clearReferralCode = () => localStorage.removeItem(KEY);
