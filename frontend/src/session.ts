import type { Me } from '@regulars/client';
import { getMeOptions } from '@regulars/client/react-query';
import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { hasSessionExpired, isSignedIn, onSessionChange } from './api';

/** Whether the page is a member's. It stays theirs when the session ends under it: what they write there must not vanish. */
export const useSignedIn = () => useSyncExternalStore(onSessionChange, () => isSignedIn() || hasSessionExpired());

/** Whether the session has ended under this page. */
export const useSessionExpired = () => useSyncExternalStore(onSessionChange, hasSessionExpired);

/** The signed-in member; undefined for visitors, and while it is not known yet. */
export function useMe(): Me | undefined {
  const signedIn = useSignedIn();
  const { data } = useQuery({ ...getMeOptions(), enabled: signedIn, staleTime: 60_000 });
  return signedIn ? data : undefined;
}

/** Whether somebody moderates or administers. */
export const isStaff = (me: Pick<Me, 'role'> | undefined) => me?.role === 'moderator' || me?.role === 'administrator';
/** Whether somebody administers. */
export const isAdministrator = (me: Pick<Me, 'role'> | undefined) => me?.role === 'administrator';
