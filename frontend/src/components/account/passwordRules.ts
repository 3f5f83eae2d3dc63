/** What the server asks of passwords by default: length counts, and that it is not made of one's own words. */
export const PASSWORD_CHARS_MIN = 12;

/** Each rule, and whether the password meets it. */
export function passwordRules(password: string, ownWords: string[]) {
  const lower = password.toLowerCase();
  const without = (word: string) => [...lower.replaceAll(word.toLowerCase(), '')].length;
  const words = [...ownWords.filter((word) => word.length >= 4), 'password'];
  return [
    ['length', [...password].length >= PASSWORD_CHARS_MIN],
    ['different', new Set(lower).size >= 5],
    ['own_words', password !== '' && words.every((word) => without(word) >= PASSWORD_CHARS_MIN / 2)],
  ] as const;
}
