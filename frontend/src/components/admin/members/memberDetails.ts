import type { Customer, GroupOfCustomer, GroupOfMember, Me, PointsView, Profile } from '@regulars/client';
import { getMemberForAdminOptions, getMemberOptions, getMemberPointsOptions } from '@regulars/client/react-query';
import { type QueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { isAdministrator } from '~/session';

/** A member as the staff's pages show them; administrators see the `customer`, moderators what is public and the points. */
export interface MemberDetails {
  profile: Pick<Profile, 'id' | 'handle' | 'display_name' | 'role' | 'reputation' | 'since' | 'bio' | 'merged_into'>;
  balance: Pick<PointsView, 'available' | 'pending' | 'reserved' | 'arrears'>;
  activity: Pick<Profile, 'questions' | 'answers' | 'accepted_answers'> & { comments?: number };
  groups: (GroupOfMember & Partial<Pick<GroupOfCustomer, 'state' | 'since'>>)[];
  customer?: Customer;
}

/** Reads the member ahead of the page. */
export const loadMemberDetails = (queries: QueryClient, handle: string, me: Me) =>
  isAdministrator(me)
    ? queries.ensureQueryData(getMemberForAdminOptions({ path: { handle } }))
    : Promise.all([
        queries.ensureQueryData(getMemberOptions({ path: { handle } })),
        queries.ensureQueryData(getMemberPointsOptions({ path: { handle } })),
      ]);

/** The member for administrators; a hook of its own, as each role asks differently. */
export function useCustomerDetails(handle: string): MemberDetails {
  const { data } = useSuspenseQuery(getMemberForAdminOptions({ path: { handle } }));
  const { balance, activity, groups } = data;
  return { profile: data, balance, activity, groups, customer: data };
}

/** The member for moderators. */
export function useProfileDetails(handle: string): MemberDetails {
  const { data: profile } = useSuspenseQuery(getMemberOptions({ path: { handle } }));
  const { data: balance } = useSuspenseQuery(getMemberPointsOptions({ path: { handle } }));
  return { profile, balance, activity: profile, groups: profile.groups };
}
