/** A handle made of a name: "Anna-Lena Müller" as "anna-lena-mueller". */
export function suggestHandle(name: string): string {
  const spelled = name.toLowerCase().replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll('ß', 'ss');
  return spelled
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 30);
}

/** Whether the server can take it. */
export const isHandle = (handle: string) => /^[a-z0-9][a-z0-9_-]{2,29}$/i.test(handle);
