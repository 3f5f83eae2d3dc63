import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { type RefObject, useEffect, useRef } from 'react';
import { hasSessionExpired } from './api';
import { loadNamespaces } from './i18n';
import { messageOf, problemOf, sentenceOf } from './problems';

interface WithErrors {
  setErrors: (errors: Record<string, string>) => void;
  getInputNode?: (path: string) => HTMLElement | null;
}

/** `/lines/0/sku` as the form's `lines.0.sku`. */
const fieldOf = (pointer: string) => pointer.replace(/^[/#]+/, '').replaceAll('/', '.');

/** Shows a refused write where the person can do something about it: at its fields, else as a message. */
export async function showProblem(error: unknown, form?: WithErrors) {
  const problem = problemOf(error);
  // The page says so, and what to do about it.
  if (problem?.status === 401 && hasSessionExpired()) return;
  await loadNamespaces('problems');
  if (form && problem?.errors?.length) {
    form.setErrors(Object.fromEntries(problem.errors.map((error) => [fieldOf(error.pointer), sentenceOf(error)])));
    form.getInputNode?.(fieldOf(problem.errors[0]?.pointer ?? ''))?.focus();
    return;
  }
  const { title, detail } = messageOf(error);
  notifications.show({
    color: 'red',
    title,
    message: detail,
    autoClose: 10_000,
    closeButtonProps: { 'aria-label': i18next.t('close') },
  });
}

/** Says, in passing, that something is done. */
export const showSuccess = (message: string) =>
  notifications.show({ message, color: 'teal', closeButtonProps: { 'aria-label': i18next.t('close') } });

/** Asks a field of our own before its form is sent; the form is not sent, and the field gets the focus, where it says no. */
export function useBeforeSubmit(input: RefObject<HTMLInputElement | null>, mayGo: () => boolean) {
  const latest = useRef(mayGo);
  latest.current = mayGo;
  useEffect(() => {
    const form = input.current?.form;
    const ask = (event: SubmitEvent) => {
      if (latest.current()) return;
      // React hears of it later, at the root of the page.
      event.stopPropagation();
      if (!event.defaultPrevented) input.current?.focus();
      event.preventDefault();
    };
    form?.addEventListener('submit', ask);
    return () => form?.removeEventListener('submit', ask);
  }, [input]);
}
