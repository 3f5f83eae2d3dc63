/**
 * What this browser keeps for a member: drafts, reasons given. It lies under the member's id, is there for nobody else, and
 * goes when they sign out. A session that merely expired takes nothing away.
 */
const OWNER = 'regulars.member';
const PREFIX = 'regulars.kept.';
/** Where drafts and reasons lay when they belonged to whoever sat here. */
const FORMER = ['regulars.draft.', 'regulars.review-reasons'];

/** Whose things this browser keeps, if anybody's. */
export const owner = (): string | undefined => localStorage.getItem(OWNER) ?? undefined;

/** The member whom this tab shows. Other tabs may sign in as another one. */
let mine = owner();

function remove(isGone: (key: string) => boolean) {
  for (const key of Object.keys(localStorage)) if (isGone(key)) localStorage.removeItem(key);
}

/** From now on things are kept for this member; what others left goes. */
export function keepFor(member: string) {
  mine = member;
  remove((key) => FORMER.some((former) => key.startsWith(former)) || (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${member}.`)));
  localStorage.setItem(OWNER, member);
}

/** Drops everything: the member signed out. This tab stays theirs, so that it starts over should it be seen again. */
export function dropKept() {
  localStorage.removeItem(OWNER);
  remove((key) => key.startsWith(PREFIX));
}

export function readKept<Value>(key: string): Value | undefined {
  try {
    const kept = mine && localStorage.getItem(`${PREFIX}${mine}.${key}`);
    return kept ? (JSON.parse(kept) as Value) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value, or drops it if it is undefined. A tab of somebody who has signed out in another one keeps nothing. */
export function writeKept(key: string, value: unknown) {
  if (!mine || mine !== owner()) return;
  try {
    if (value === undefined) localStorage.removeItem(`${PREFIX}${mine}.${key}`);
    else localStorage.setItem(`${PREFIX}${mine}.${key}`, JSON.stringify(value));
  } catch {
    // A full or forbidden storage must not keep anybody from writing.
  }
}

/** Loads the page anew when another tab signed out, or in as somebody else: nothing of one member is left for the next. */
function startOverForAnother() {
  if (mine !== owner()) window.location.reload();
}
window.addEventListener('storage', ({ key }) => (key === OWNER || key === null) && startOverForAnother());
// A page that comes back by the browser's Back button heard of nothing meanwhile.
window.addEventListener('pageshow', ({ persisted }) => persisted && startOverForAnother());
