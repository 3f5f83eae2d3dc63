import { type UseFormInput, type UseFormReturnType, useForm } from '@mantine/form';
import i18next from 'i18next';
import { useEffect, useRef, useState } from 'react';
import { showProblem } from './forms';
import { problemOf } from './problems';
import { isSame, type Rebased, rebase } from './rebase';
import { useDraft, useDraftAcrossSignIn } from './useDraft';

/** A thing as it was at some time, in a form's values, and what `If-Match` calls that state. */
export interface Version<Values> {
  version: string;
  values: Values;
}

/** What the form stores: what was typed, and what it was begun from. */
interface Draft<Values> {
  from: Version<Values>;
  values: Values;
}

/** The tag of a version without what changes in a view by itself: it is what `If-Match` compares. */
export const versionOfTag = (etag: string | null) => `"${/"([^"-]*)/.exec(etag ?? '')?.[1] ?? ''}"`;

/** Whether somebody else changed the thing since it was read. */
export const isConflict = (error: unknown) => problemOf(error)?.status === 412;

interface Options<Values> extends Omit<UseFormInput<Values>, 'initialValues' | 'onValuesChange' | 'mode'> {
  /** The draft's name: the thing's, whatever its version. */
  draft: string;
  /** How long a draft lasts: until it is sent or given up, or only while its session ends under it. */
  lasts?: 'until_sent' | 'across_sign_in';
  /** The thing as the page knows it at the moment. */
  now: Version<Values>;
  /** Asks the server how the thing is now; undefined once there is none. */
  read: () => Promise<Version<Values> | undefined>;
}

/** What others did to a thing while somebody edited it, and which fields both changed. */
export interface Overtaken<Values> extends Pick<Rebased<Values>, 'both'> {
  before: Values;
  now: Values;
}

/** A form for an edit; see {@link useEditForm}. */
export interface EditForm<Values> {
  form: UseFormReturnType<Values>;
  /** What the edit was begun from: what `If-Match` names, and what changes are counted from. */
  begun: Version<Values>;
  /** The form opened with what was typed earlier. */
  restored: boolean;
  /** Somebody else changed the thing since. */
  behind: boolean;
  /** What the others did, once it was loaded. */
  overtaken?: Overtaken<Values>;
  /** The thing is shown as it is now, with what was typed here still in it. */
  load: () => Promise<void>;
  /** Shows a refusal: as a conflict, at the fields, or as a message. */
  refused: (error: unknown) => void;
  /** The edit is saved, and the thing is now so. The form may stay open. */
  saved: (now: Version<Values>) => void;
  /** Nothing is kept of what was typed. */
  discard: () => void;
}

/**
 * A form that edits what others may edit, too. It is bound to the version that it was begun from, whatever the page reads
 * meanwhile: what was typed is neither replaced, nor saved over what somebody else wrote. Until something is typed it follows.
 * In a conflict everything stays, and the form can be brought on the present version without losing it.
 */
export function useEditForm<Values extends object>({
  draft: name,
  lasts = 'across_sign_in',
  now,
  read,
  ...options
}: Options<Values>): EditForm<Values> {
  const useKept = useRef(lasts === 'until_sent' ? useDraft : useDraftAcrossSignIn).current;
  const draft = useKept<Draft<Values>>(name);
  const [kept] = useState(() => (isDraft(draft.saved) ? draft.saved : undefined));
  const [begun, setBegun] = useState(kept?.from ?? now);
  const [wasRefused, setRefused] = useState(false);
  const [overtaken, setOvertaken] = useState<Overtaken<Values>>();
  // The page may come by the newer ones late.
  const known = useRef(new Set([begun.version]));
  const from = useRef(begun);
  const form = useForm<Values>({
    ...options,
    initialValues: kept?.values ?? now.values,
    onValuesChange: (values) => {
      if (isSame(values, from.current.values)) draft.discard();
      else draft.save({ from: from.current, values });
    },
  });
  const fresh = useRef(true);
  if (fresh.current) form.setInitialValues(begun.values);
  fresh.current = false;

  function goOnFrom(next: Version<Values>, before: Values) {
    const { values, both } = rebase(before, form.getValues(), next.values);
    known.current.add(next.version);
    from.current = next;
    setBegun(next);
    setRefused(false);
    form.setInitialValues(next.values);
    form.setValues(values);
    form.resetTouched();
    return both;
  }
  const isNews = !known.current.has(now.version);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when there is something new.
  useEffect(() => {
    if (isNews && isSame(form.getValues(), from.current.values)) goOnFrom(now, from.current.values);
  }, [now.version, isNews]);

  return {
    form,
    begun,
    restored: kept !== undefined,
    behind: wasRefused || isNews,
    overtaken,
    load: async () => {
      try {
        const next = await read();
        if (!next) throw { status: 404, code: 'not_found', title: '', detail: '' };
        const before = from.current.values;
        const both = goOnFrom(next, before);
        setOvertaken({ before, now: next.values, both });
        const theirs = i18next.t('conflict.field');
        form.setErrors(Object.fromEntries(both.map((field) => [field, theirs])));
      } catch (error) {
        showProblem(error);
      }
    },
    refused: (error) => {
      if (isConflict(error)) setRefused(true);
      else showProblem(error, form);
    },
    saved: (next) => {
      goOnFrom(next, form.getValues());
      setOvertaken(undefined);
      draft.discard();
    },
    discard: draft.discard,
  };
}

/** Drafts of another shape lie in browsers under the same names. */
const isDraft = (stored: unknown): stored is Draft<object> =>
  typeof stored === 'object' && stored !== null && 'from' in stored && 'values' in stored;
