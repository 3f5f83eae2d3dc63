import { client, logOut, refreshSession } from '@regulars/client';
import { clearMemberStorage, openMemberStorage, storageOwner } from './memberStorage';
import { problemOf } from './problems';

/**
 * Signing in leaves a refresh token in an HttpOnly cookie, which no script can read. This mark says that there may be one,
 * so that visitors never ask in vain.
 */
const MARK = 'regulars.signed-in';

let token: string | undefined;
let refreshing: Promise<string | undefined> | undefined;
const watchers = new Set<() => void>();

/** Whether somebody is signed in here, as far as is known without asking the server. */
export const isSignedIn = () => localStorage.getItem(MARK) !== null;

/** Whether the page on the screen began as a member's. */
let isMembers = false;

/** Whether the session ended by itself under a page that somebody may be writing in. */
export const hasSessionExpired = () => isMembers && !isSignedIn() && storageOwner() !== undefined;

/** Another page is shown: nobody was writing in that one. */
export function dismissSessionExpired() {
  if (!hasSessionExpired()) return;
  isMembers = false;
  notifyWatchers();
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

/** Begins the session that signing in gave. */
export function startSession({ access_token, member_id }: Session) {
  token = access_token;
  isMembers = true;
  openMemberStorage(member_id);
  localStorage.setItem(MARK, '1');
  notifyWatchers();
}

/** Signs out, in all tabs, and leaves nothing of the member in this browser. */
export async function signOut() {
  await logOut().catch(() => undefined);
  clearSession();
  // All that the page still shows or remembers goes with it.
  window.location.assign('/');
}

/** Signs out in this browser only, for good: the account may be gone already. */
export function clearSession() {
  clearMemberStorage();
  expireSession();
}

/** The session is over, though not by the member's wish: what they wrote stays for when they sign in again. */
function expireSession() {
  token = undefined;
  localStorage.removeItem(MARK);
  notifyWatchers();
}

function notifyWatchers() {
  for (const watcher of watchers) watcher();
}

window.addEventListener('storage', (event) => {
  if (event.key !== MARK) return;
  token = undefined;
  notifyWatchers();
});

/** Fetches an access token by the cookie. A refresh token works once, so tabs take turns. */
function refresh(): Promise<string | undefined> {
  refreshing ??= oneTabAtATime(async () => {
    const { data, response } = await refreshSession({ body: {} });
    if (data) {
      token = data.access_token;
      isMembers = true;
      openMemberStorage(data.member_id);
    } else if (response?.status === 401) expireSession();
    return token;
  }).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  // Absent where the page is not served by HTTPS or from this machine.
  return navigator.locks ? navigator.locks.request('regulars.refresh', work) : work();
}

/** The access token to call the API with, if anybody is signed in. */
export async function accessToken(): Promise<string | undefined> {
  return token ?? (isSignedIn() ? refresh() : undefined);
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

// How long to wait stands beside the problem, where those who show it do not see it.
client.interceptors.error.use((error, response: Response | undefined) => {
  const problem = problemOf(error);
  if (problem && response?.headers.has('Retry-After')) problem.retry_after_s = Number(response.headers.get('Retry-After'));
  return error;
});

client.setConfig({ baseUrl: '/api/v1', fetch: fetchWithSession as typeof fetch, auth: accessToken });
