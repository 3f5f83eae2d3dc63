import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';

/** The server names each refused tag (`/tags/0`); the picker is one field. */
export function useTagErrors<Values extends { tags: string[] }>(form: UseFormReturnType<Values>): ReactNode {
  const error = Object.entries(form.errors).find(([field]) => field === 'tags' || field.startsWith('tags.'));
  return error?.[1];
}
