import type { GroupRef, GroupView, Me } from '@regulars/client';
import { getGroupQueryKey, getMeQueryKey } from '@regulars/client/react-query';
import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { beforeEach, expect, test } from 'vitest';
import { clearSession, startSession } from '~/api';
import { TestApp, testQueries } from '~/TestApp';
import { usePermissions } from './usePermissions';

const GROUP = { slug: 'baristas', name: 'Baristas' } as GroupRef;

function permissions(role: Me['role'] | undefined, group?: GroupRef, my_role?: GroupView['my_role']) {
  const queries = testQueries();
  if (role) {
    startSession({ access_token: 'token', member_id: 'elif' });
    queries.setQueryData(getMeQueryKey(), { id: 'elif', role } as Me);
  }
  queries.setQueryData(getGroupQueryKey({ path: { slug: GROUP.slug } }), { ...GROUP, my_role } as GroupView);
  const wrapper = ({ children }: { children: ReactNode }) => <TestApp queries={queries}>{children}</TestApp>;
  const { moderates, toJoin } = renderHook(() => usePermissions(group), { wrapper }).result.current;
  return [moderates, toJoin?.slug];
}

beforeEach(() => clearSession());

test.each([
  ['a visitor', undefined, undefined, undefined, false, undefined],
  ['a visitor in a group', undefined, GROUP, undefined, false, undefined],
  ['a member', 'member', undefined, undefined, false, undefined],
  ['a stranger in a group', 'member', GROUP, undefined, false, 'baristas'],
  ['a member of the group', 'member', GROUP, 'member', false, undefined],
  ['a moderator of the group', 'member', GROUP, 'moderator', true, undefined],
  ['an owner of the group', 'member', GROUP, 'owner', true, undefined],
  ['a moderator of the group elsewhere', 'member', undefined, 'moderator', false, undefined],
  ['a moderator of the site', 'moderator', GROUP, undefined, true, undefined],
  ['an administrator', 'administrator', undefined, undefined, true, undefined],
] as const)('%s', (_who, role, group, myRole, moderates, toJoin) => {
  expect(permissions(role, group, myRole)).toEqual([moderates, toJoin]);
});
