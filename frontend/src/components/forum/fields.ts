import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';

/** The server names each refused tag (`/tags/0`); the picker is one field. */
export function useTagErrors<Values extends { tags: string[] }>(form: UseFormReturnType<Values>): ReactNode {
  const error = Object.entries(form.errors).find(([field]) => field === 'tags' || field.startsWith('tags.'));
  return error?.[1];
}

/** Value, change and error of one field, for a component that always has a value. */
export function fieldProps<Values, Field extends keyof Values & string>(
  form: UseFormReturnType<Values>,
  field: Field,
): { value: Values[Field]; onChange: (value: Values[Field]) => void; error: ReactNode } {
  const { onChange, error } = form.getInputProps(field);
  return { value: form.values[field], onChange, error };
}

/** Leads to the first field that was refused, as soon as the refusal is shown. */
export function focusFirstError(form: HTMLElement | null) {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-error="true"] input')?.focus());
}
