import { client, logOut, type Problem, refreshSession } from '@regulars/client';
import { dropKept, keepFor, owner } from './kept';

/**
 * Signing in leaves a refresh token in an HttpOnly cookie, which no script can read. This mark says that there may be one,
 * so that visitors never ask in vain.
 */
const MARK = 'regulars.signed-in';

let token: string | undefined;
let restoring: Promise<string | undefined> | undefined;
const watchers = new Set<() => void>();

export const isSignedIn = () => localStorage.getItem(MARK) !== null;

/** Whether the page on the screen began as a member's. */
let isMembers = false;

/** Whether the session ended by itself under a page that somebody may be writing in. */
export const hasLapsed = () => isMembers && !isSignedIn() && owner() !== undefined;

/** Another page is shown: nobody was writing in that one. */
export function leaveLapsed() {
  if (!hasLapsed()) return;
  isMembers = false;
  tell();
}

/** Calls back when somebody signs in or out, in this tab or in another. */
export function onSessionChange(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

interface Session {
  access_token: string;
  member_id: string;
}

export function begin({ access_token, member_id }: Session) {
  token = access_token;
  isMembers = true;
  keepFor(member_id);
  localStorage.setItem(MARK, '1');
  tell();
}

/** Signs out, in all tabs, and leaves nothing of the member in this browser. */
export async function end() {
  await logOut().catch(() => undefined);
  forget();
  // All that the page still shows or remembers goes with it.
  window.location.assign('/');
}

/** Signs out in this browser only, for good: the account may be gone already. */
export function forget() {
  dropKept();
  expire();
}

/** The session is over, though not by the member's wish: what they wrote is kept for when they sign in again. */
function expire() {
  token = undefined;
  localStorage.removeItem(MARK);
  tell();
}

function tell() {
  for (const watcher of watchers) watcher();
}

window.addEventListener('storage', (event) => {
  if (event.key !== MARK) return;
  token = undefined;
  tell();
});

/** Fetches an access token by the cookie. A refresh token works once, so tabs take turns. */
function restore(): Promise<string | undefined> {
  restoring ??= oneTabAtATime(async () => {
    const { data, response } = await refreshSession({ body: {} });
    if (data) {
      token = data.access_token;
      isMembers = true;
      keepFor(data.member_id);
    } else if (response?.status === 401) expire();
    return token;
  }).finally(() => {
    restoring = undefined;
  });
  return restoring;
}

function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  // Absent where the page is not served by HTTPS or from this machine.
  return navigator.locks ? navigator.locks.request('regulars.refresh', work) : work();
}

/** The access token to call the API with, if anybody is signed in. */
export async function accessToken(): Promise<string | undefined> {
  return token ?? (isSignedIn() ? restore() : undefined);
}

/** Answers that the server wrote into the page; each is good for one request of a visitor. */
function preloaded(request: Request): Response | undefined {
  if (request.method !== 'GET' || request.headers.has('Authorization')) return;
  const { pathname, search } = new URL(request.url);
  for (const script of document.querySelectorAll<HTMLScriptElement>('script[data-preload]')) {
    if (script.dataset.preload !== pathname + search) continue;
    script.remove();
    return new Response(script.textContent, { headers: { 'Content-Type': 'application/json' } });
  }
}

async function fetchWithSession(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const known = preloaded(request);
  if (known) return known;
  const again = request.clone();
  const response = await fetch(request);
  if (response.status !== 401 || !request.headers.has('Authorization')) return response;
  const used = request.headers.get('Authorization');
  if (used === `Bearer ${token}`) token = undefined;
  const fresh = await accessToken();
  if (!fresh) return response;
  again.headers.set('Authorization', `Bearer ${fresh}`);
  return fetch(again);
}

client.setConfig({ baseUrl: '/api/v1', fetch: fetchWithSession as typeof fetch, auth: accessToken });

/** Marks one attempt of a write, so that sending it again does nothing twice. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What went wrong, if the server said so. */
export function problemOf(error: unknown): Problem | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && 'status' in error ? (error as Problem) : undefined;
}
