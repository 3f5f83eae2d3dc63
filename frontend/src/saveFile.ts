/** Hands a file to the browser, which saves it under a name. */
export function saveFile(file: Blob, name: string) {
  const href = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href, download: name }).click();
  // The browser has taken it over by the next turn.
  setTimeout(() => URL.revokeObjectURL(href));
}
