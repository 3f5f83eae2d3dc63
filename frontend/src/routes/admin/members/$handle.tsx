import { Tabs } from '@mantine/core';
import type { Me } from '@regulars/client';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { AuditTable } from '~/components/admin/audit-log/AuditTable';
import { type PostsOf, PostsTab, SanctionsTab } from '~/components/admin/members/CommunityTabs';
import { PurchasesTab, RedemptionsTab, ReferralsTab, StatementTab, TiersTab } from '~/components/admin/members/LoyaltyTabs';
import { MemberHeader } from '~/components/admin/members/MemberHeader';
import { MergesTab } from '~/components/admin/members/MergesTab';
import { loadMemberDetails, type MemberDetails, useCustomerDetails, useProfileDetails } from '~/components/admin/members/memberDetails';
import { Overview } from '~/components/admin/members/Overview';
import { FOR_ADMINISTRATORS, OF_MERGED, TABS, type Tab } from '~/components/admin/members/tabs';
import { TabRow } from '~/components/TabRow';
import { loadNamespaces } from '~/i18n';
import { oneOf, text } from '~/searchParams';
import { isAdministrator } from '~/session';

interface Search {
  tab?: Tab;
  of?: PostsOf;
  cursor?: string;
}

export const Route = createFileRoute('/admin/members/$handle')({
  validateSearch: (search): Search => ({
    tab: oneOf(TABS, search.tab),
    of: oneOf(['questions', 'answers'], search.of),
    cursor: text(search.cursor),
  }),
  // All that tabs and dialogs say: a dialog that waited for its words would lose the focus.
  loader: ({ context: { queries, me }, params }) =>
    Promise.all([loadNamespaces('admin_community', 'admin_loyalty', 'admin_system'), loadMemberDetails(queries, params.handle, me)]),
  component: MemberPage,
});

function MemberPage() {
  const { handle } = Route.useParams();
  const { me } = Route.useRouteContext();
  return isAdministrator(me) ? (
    <ForAdministrators key={handle} handle={handle} me={me} />
  ) : (
    <ForModerators key={handle} handle={handle} me={me} />
  );
}

interface Props {
  handle: string;
  me: Me;
}

const ForAdministrators = ({ handle, me }: Props) => <MemberTabs member={useCustomerDetails(handle)} me={me} />;
const ForModerators = ({ handle, me }: Props) => <MemberTabs member={useProfileDetails(handle)} me={me} />;

function MemberTabs({ member, me }: { member: MemberDetails; me: Me }) {
  const { t } = useTranslation('admin_community');
  const { tab: wanted, of = 'questions', cursor } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { handle, id, merged_into } = member.profile;
  const there = merged_into ? OF_MERGED : TABS;
  const visible = there.filter((name) => isAdministrator(me) || !FOR_ADMINISTRATORS.includes(name));
  // What is not offered is not shown either: another tab of who was merged would list what is the other's.
  const tab = visible.find((name) => name === wanted) ?? 'overview';
  const at = { handle, cursor };
  return (
    <>
      <MemberHeader member={member} me={me} />
      <Tabs
        value={tab}
        onChange={(name) => navigate({ search: { tab: oneOf(TABS, name) }, replace: true, resetScroll: false })}
        keepMounted={false}
      >
        <TabRow value={tab} mb="md" aria-label={t('member.about', { name: member.profile.display_name })}>
          {visible.map((name) => (
            <Tabs.Tab key={name} value={name} px={12}>
              {t(`tab.${name}`)}
            </Tabs.Tab>
          ))}
        </TabRow>
        <Tabs.Panel value={tab}>
          {tab === 'overview' && <Overview member={member} />}
          {tab === 'statement' && <StatementTab {...at} />}
          {tab === 'purchases' && <PurchasesTab {...at} />}
          {tab === 'redemptions' && <RedemptionsTab {...at} />}
          {tab === 'tiers' && <TiersTab {...at} />}
          {tab === 'posts' && <PostsTab {...at} of={of} onOf={(kind) => navigate({ search: { tab, of: kind }, replace: true })} />}
          {tab === 'sanctions' && <SanctionsTab member={member} me={me} cursor={cursor} />}
          {tab === 'referrals' && <ReferralsTab {...at} />}
          {tab === 'merges' && isAdministrator(me) && <MergesTab {...at} />}
          {tab === 'audit' && isAdministrator(me) && <AuditTable filter={{ subject: id, cursor }} />}
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
