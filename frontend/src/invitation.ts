const KEY = 'regulars.invitation';
const DAYS = 30;

/** Keeps the code of the friend whose link led here (`/any/page?ref=CODE`). The first friend counts, for 30 days. */
export function rememberInvitation() {
  const here = new URL(window.location.href);
  const code = here.searchParams.get('ref')?.trim();
  if (!code) return;
  if (!invitationCode()) localStorage.setItem(KEY, JSON.stringify({ code: code.slice(0, 64), until: Date.now() + DAYS * 86_400_000 }));
  // Whoever shares this page further shares it in their own name.
  here.searchParams.delete('ref');
  window.history.replaceState(window.history.state, '', here);
}

/** The code of the friend who invited whoever sits here. */
export function invitationCode(): string | undefined {
  try {
    const { code, until } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { code?: string; until?: number };
    return until && until > Date.now() ? code : undefined;
  } catch {
    return undefined;
  }
}

export const forgetInvitation = () => localStorage.removeItem(KEY);
