import { act, renderHook } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { startSession } from './api';
import { readStored } from './memberStorage';
import { useDraftForm } from './useDraftForm';

const MARK = 'regulars.signed-in';

beforeEach(() => {
  localStorage.clear();
  startSession({ access_token: 'token', member_id: 'elif' });
});

function openForm(name = 'flag.1') {
  const { result, unmount } = renderHook(() => useDraftForm(name, { initialValues: { reason: '', note: '' } }));
  return { form: () => result.current, leave: unmount, note: (note: string) => act(() => result.current.setFieldValue('note', note)) };
}

test('what was typed is there again after signing in, in the form about the same thing alone', () => {
  const first = openForm();
  first.note('Only an advertisement.');
  // The session ends by itself.
  localStorage.removeItem(MARK);
  first.leave();
  startSession({ access_token: 'token', member_id: 'elif' });
  expect(openForm('flag.2').form().values.note).toBe('');
  const again = openForm();
  expect(again.form().values).toEqual({ reason: '', note: 'Only an advertisement.' });
  expect(again.form().isDirty()).toBe(true);
});

test('nothing is left of a form that was sent, or left while signed in', () => {
  const sent = openForm();
  sent.note('Only an advertisement.');
  act(() => sent.form().reset());
  expect(sent.form().values.note).toBe('');
  sent.leave();
  const left = openForm();
  left.note('Never mind.');
  left.leave();
  expect(readStored('draft.flag.1')).toBeUndefined();
});
