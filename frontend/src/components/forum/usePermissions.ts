import type { GroupRef, GroupView } from '@regulars/client';
import { getGroupOptions } from '@regulars/client/react-query';
import { useQuery } from '@tanstack/react-query';
import { isStaff, useMe } from '~/session';

/** What the caller may do where a question was asked. */
export interface Permissions {
  /** Close, lock, edit, delete: staff everywhere, moderators and owners in their group. */
  moderates: boolean;
  /** The group that one has to join before answering and commenting. */
  toJoin?: GroupView;
}

/** What the signed-in member may do there; a visitor may do nothing. */
export function usePermissions(group?: GroupRef): Permissions {
  const me = useMe();
  const staff = isStaff(me);
  const { data } = useQuery({
    ...getGroupOptions({ path: { slug: group?.slug ?? '' } }),
    enabled: group !== undefined && me !== undefined && !staff,
  });
  if (staff || !group || !me || !data) return { moderates: staff };
  return {
    moderates: data.my_role === 'moderator' || data.my_role === 'owner',
    toJoin: data.my_role === undefined ? data : undefined,
  };
}
