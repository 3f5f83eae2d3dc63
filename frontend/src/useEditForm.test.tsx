import { act, renderHook } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { clearSession, startSession } from './api';
import { readStored, writeStored } from './memberStorage';
import { useEditForm, type Version, versionOfTag } from './useEditForm';

interface Values {
  name: string;
  private: boolean;
}

const at = (version: number, values: Partial<Values> = {}): Version<Values> => ({
  version: `"${version}"`,
  values: { name: 'Baristas', private: false, ...values },
});
const PROBLEM = { status: 412, code: 'changed_since', title: 'Changed', detail: 'It has changed.' };

beforeEach(() => {
  clearSession();
  startSession({ access_token: 'token', member_id: 'elif' });
});

/** A form over a thing that the page reads anew whenever the test says so. */
function openForm(first: Version<Values>, lasts?: 'until_sent') {
  const server = { now: first as Version<Values> | undefined };
  const drawn = renderHook(({ now }) => useEditForm<Values>({ draft: 'group', lasts, now, read: async () => server.now }), {
    initialProps: { now: first },
  });
  const edit = () => drawn.result.current;
  return {
    edit,
    server,
    leave: drawn.unmount,
    type: (name: string) => act(() => edit().form.setFieldValue('name', name)),
    refetch: (now: Version<Values>) => act(() => drawn.rerender({ now })),
  };
}

test('what was typed, and the version it was begun from, outlive what the page reads meanwhile', () => {
  const { edit, type, refetch } = openForm(at(3));
  type('Bean people');
  refetch(at(4, { name: 'Milk people' }));
  expect(edit().form.values.name).toBe('Bean people');
  expect(edit().begun).toEqual(at(3));
  expect(edit().behind).toBe(true);
});

test('a form in which nothing was typed follows', () => {
  const { edit, refetch } = openForm(at(3));
  refetch(at(4, { private: true }));
  expect(edit()).toMatchObject({ begun: at(4, { private: true }), behind: false });
  expect(edit().form.values.private).toBe(true);
  expect(edit().form.isDirty()).toBe(false);
});

test('after a conflict the present state comes into the form, with what was typed still in it', async () => {
  const { edit, server, type, refetch } = openForm(at(3));
  type('Bean people');
  act(() => edit().refused(PROBLEM));
  expect([edit().behind, edit().form.values.name]).toEqual([true, 'Bean people']);
  server.now = at(5, { private: true });
  await act(() => edit().load());
  expect(edit()).toMatchObject({ begun: server.now, behind: false, overtaken: { both: [] } });
  expect(edit().form.values).toEqual({ name: 'Bean people', private: true });
  expect(edit().form.isDirty('name')).toBe(true);
  // The page comes by an older state late.
  refetch(at(3));
  expect(edit().behind).toBe(false);
});

test('where both changed the same thing, the field says so', async () => {
  const { edit, server, type } = openForm(at(3));
  type('Bean people');
  server.now = at(4, { name: 'Milk people' });
  await act(() => edit().load());
  expect(edit().overtaken).toEqual({ before: at(3).values, now: server.now.values, both: ['name'] });
  expect(edit().form.values.name).toBe('Bean people');
  expect(edit().form.errors).toHaveProperty('name');
});

test('a draft outlives a reload, and knows what it was begun from', () => {
  const first = openForm(at(3), 'until_sent');
  first.type('Bean people');
  first.leave();
  const again = openForm(at(4, { private: true }), 'until_sent');
  expect(again.edit()).toMatchObject({ restored: true, begun: at(3), behind: true });
  expect(again.edit().form.values.name).toBe('Bean people');
});

test('nothing is left of an edit that was given up, or taken back by hand', () => {
  const first = openForm(at(3), 'until_sent');
  first.type('Bean people');
  act(() => first.edit().discard());
  first.leave();
  expect(readStored('draft.group')).toBeUndefined();
  const second = openForm(at(3), 'until_sent');
  second.type('Bean people');
  second.type('Baristas');
  second.leave();
  expect(readStored('draft.group')).toBeUndefined();
  expect(openForm(at(3)).edit().restored).toBe(false);
});

test('a draft of another shape is none', () => {
  writeStored('draft.group', 'A text');
  expect(openForm(at(3)).edit()).toMatchObject({ restored: false, begun: at(3) });
});

test('a form that stays open after it was saved goes on from there', () => {
  const { edit, type, refetch } = openForm(at(3));
  type('Bean people');
  act(() => edit().saved(at(4, { name: 'Bean people' })));
  expect(edit()).toMatchObject({ begun: at(4, { name: 'Bean people' }), behind: false });
  expect(edit().form.isDirty()).toBe(false);
  refetch(at(4, { name: 'Bean people' }));
  expect(edit().behind).toBe(false);
});

test.each([
  ['W/"7"', '"7"'],
  ['W/"7-0a1b2c"', '"7"'],
  ['"7-0a1b2c"', '"7"'],
])('%s is version %s', (etag, version) => {
  expect(versionOfTag(etag)).toBe(version);
});
