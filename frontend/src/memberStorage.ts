/**
 * What this browser stores for a member: drafts, reasons given. It lies under the member's id, is there for nobody else, and
 * goes when they sign out. A session that merely expired takes nothing away.
 */
const OWNER = 'regulars.member';
/** Drafts lie in browsers under these names, so that they stay. */
const PREFIX = 'regulars.kept.';
/** Where drafts and reasons lay when they belonged to whoever sat here. */
const FORMER = ['regulars.draft.', 'regulars.review-reasons'];

/** The id of the member for whom this browser stores something, if for anybody. */
export const storageOwner = (): string | undefined => localStorage.getItem(OWNER) ?? undefined;

/** The member whom this tab shows. Other tabs may sign in as another one. */
let mine = storageOwner();

function remove(isGone: (key: string) => boolean) {
  for (const key of Object.keys(localStorage)) if (isGone(key)) localStorage.removeItem(key);
}

/** From now on values are stored for the member of this id; what others left goes. */
export function openMemberStorage(member: string) {
  mine = member;
  remove((key) => FORMER.some((former) => key.startsWith(former)) || (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${member}.`)));
  localStorage.setItem(OWNER, member);
}

/** Removes everything: the member signed out. This tab stays theirs, so that it starts over should it be seen again. */
export function clearMemberStorage() {
  localStorage.removeItem(OWNER);
  remove((key) => key.startsWith(PREFIX));
}

/** The value stored under a key; undefined where there is none, or none that can be read. */
export function readStored<Value>(key: string): Value | undefined {
  try {
    const stored = mine && localStorage.getItem(`${PREFIX}${mine}.${key}`);
    return stored ? (JSON.parse(stored) as Value) : undefined;
  } catch {
    return undefined;
  }
}

/** Stores a value, or removes it if it is undefined. A tab of somebody who has signed out in another one stores nothing. */
export function writeStored(key: string, value: unknown) {
  if (!mine || mine !== storageOwner()) return;
  try {
    if (value === undefined) localStorage.removeItem(`${PREFIX}${mine}.${key}`);
    else localStorage.setItem(`${PREFIX}${mine}.${key}`, JSON.stringify(value));
  } catch {
    // A full or forbidden storage must not keep anybody from writing.
  }
}

/** Loads the page anew when another tab signed out, or in as somebody else: nothing of one member is left for the next. */
function startOverForAnother() {
  if (mine !== storageOwner()) window.location.reload();
}
window.addEventListener('storage', ({ key }) => (key === OWNER || key === null) && startOverForAnother());
// A page that comes back by the browser's Back button heard of nothing meanwhile.
window.addEventListener('pageshow', ({ persisted }) => persisted && startOverForAnother());
