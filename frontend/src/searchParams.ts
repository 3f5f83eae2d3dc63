/** Text from the URL; nothing when there is none. */
export const text = (value: unknown) => (value === undefined || value === '' ? undefined : String(value));

/** One of the words that are allowed, from the URL. */
export const oneOf = <Word extends string>(words: readonly Word[], value: unknown) => words.find((word) => word === value);
