import { type UseFormInput, type UseFormReturnType, useForm } from '@mantine/form';
import { useRef } from 'react';
import { isSame } from './rebase';
import { useDraftAcrossSignIn } from './useDraft';

/**
 * A form whose values are there again when its member comes back after the session ended under it, or the page was loaded anew.
 * `name` is that of what the form is about, too. A form that was left otherwise begins as it always does.
 */
export function useDraftForm<Values extends object>(
  name: string,
  { initialValues, ...options }: UseFormInput<Values> & { initialValues: Values },
): UseFormReturnType<Values> {
  const { saved, save, discard } = useDraftAcrossSignIn<Values>(name);
  const initial = useRef(initialValues).current;
  const form = useForm<Values>({
    ...options,
    initialValues: { ...initial, ...saved },
    onValuesChange: (values) => (isSame(values, initial) ? discard() : save(values)),
  });
  const isFresh = useRef(true);
  if (isFresh.current) form.setInitialValues(initial);
  isFresh.current = false;
  return form;
}
