import type { GroupRef } from '@regulars/client';
import { getGroupOptions } from '@regulars/client/react-query';
import { useQuery } from '@tanstack/react-query';
import { isStaff, useMe } from '~/session';

/** Whether the caller may close and lock here: staff everywhere, moderators and owners in their group. */
export function useMayModerate(group?: GroupRef): boolean {
  const me = useMe();
  const staff = isStaff(me);
  const { data } = useQuery({
    ...getGroupOptions({ path: { slug: group?.slug ?? '' } }),
    enabled: group !== undefined && me !== undefined && !staff,
  });
  return staff || (me !== undefined && group !== undefined && (data?.my_role === 'moderator' || data?.my_role === 'owner'));
}
