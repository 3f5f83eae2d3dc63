import { Avatar, Badge, Button, Card, Group, Menu, SimpleGrid } from '@mantine/core';
import type { Me } from '@regulars/client';
import { IconAdjustments, IconArrowMerge, IconChevronDown, IconGavel, IconShieldCheck, IconUser, IconUserCog } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AdjustPointsDialog } from '~/components/admin/adjustments/AdjustPointsDialog';
import { LinkButton } from '~/components/links';
import { MergedInto } from '~/components/MergedInto';
import { PageHeader } from '~/components/PageHeader';
import { RelativeTime } from '~/components/RelativeTime';
import { date, number } from '~/format';
import { isAdministrator, isStaff } from '~/session';
import { Property } from '../Property';
import { MergeDialog } from './MergeDialog';
import type { MemberDetails } from './memberDetails';
import { ImposeSanctionDialog } from './SanctionDialogs';
import { SetRoleDialog } from './SetRoleDialog';
import { SetTrustDialog } from './SetTrustDialog';

type Action = 'adjust' | 'sanction' | 'role' | 'trust' | 'merge';

/** Who a member is, their figures, and what the staff can do about them. */
export function MemberHeader({ member, me }: { member: MemberDetails; me: Me }) {
  const { t } = useTranslation(['admin_community', 'common']);
  const [action, setAction] = useState<Action>();
  const { profile, customer } = member;
  const close = () => setAction(undefined);
  return (
    <>
      <PageHeader
        title={profile.display_name}
        description={
          <>
            @{profile.handle}
            {customer?.email && ` · ${customer.email}`}
            {profile.role !== 'member' && (
              <Badge variant="filled" ml={8}>
                {t(`common:role.${profile.role}`)}
              </Badge>
            )}
          </>
        }
      >
        <LinkButton
          to="/members/$handle"
          params={{ handle: profile.handle }}
          variant="default"
          leftSection={<IconUser size={16} aria-hidden />}
        >
          {t('member.profile')}
        </LinkButton>
        {!profile.merged_into && <ActionMenu member={member} me={me} onAction={setAction} />}
      </PageHeader>
      {profile.merged_into && <MergedInto handle={profile.merged_into} to="/admin/members/$handle" />}
      <Card mb="md">
        <Group gap="lg" align="center">
          <Avatar name={profile.display_name} color="brand" variant="filled" size={56} visibleFrom="xs" aria-hidden />
          <SimpleGrid cols={{ base: 2, xs: 3 }} flex={1} spacing="md" component="dl" m={0}>
            {customer && <Property label={t('members.tier')}>{customer.tier.name}</Property>}
            <Property label={t('member.available')}>{number(member.balance.available)}</Property>
            <Property label={t('common:reputation')}>{number(profile.reputation)}</Property>
            {customer && <Property label={t('members.trust')}>{`${customer.trust} · ${t(`trust.names.${customer.trust as 0}`)}`}</Property>}
            <Property label={t('members.since')}>{date(profile.since)}</Property>
            {customer && (
              <Property label={t('members.last_seen')}>
                {customer.last_seen_at ? <RelativeTime at={customer.last_seen_at} /> : t('member.never')}
              </Property>
            )}
          </SimpleGrid>
        </Group>
      </Card>
      {action === 'adjust' && <AdjustPointsDialog handle={profile.handle} name={profile.display_name} onClose={close} />}
      {action === 'sanction' && <ImposeSanctionDialog handle={profile.handle} onClose={close} />}
      {action === 'role' && <SetRoleDialog profile={profile} onClose={close} />}
      {action === 'merge' && <MergeDialog member={member} onClose={close} />}
      {action === 'trust' && <SetTrustDialog handle={profile.handle} trust={customer?.trust ?? 0} onClose={close} />}
    </>
  );
}

function ActionMenu({
  member: { profile, customer },
  me,
  onAction,
}: {
  member: MemberDetails;
  me: Me;
  onAction: (action: Action) => void;
}) {
  const { t } = useTranslation(['admin_community', 'admin']);
  const administrator = isAdministrator(me);
  const oneself = profile.handle === me.handle;
  if (oneself && !administrator) return null;
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button rightSection={<IconChevronDown size={16} aria-hidden />}>{t('admin:actions')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {administrator && (
          <Menu.Item leftSection={<IconAdjustments size={16} aria-hidden />} disabled={oneself} onClick={() => onAction('adjust')}>
            {t('member.adjust')}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconGavel size={16} aria-hidden />}
          disabled={oneself || (isStaff(profile) && !administrator)}
          onClick={() => onAction('sanction')}
        >
          {t('member.sanction')}
        </Menu.Item>
        {administrator && (
          <>
            <Menu.Item leftSection={<IconShieldCheck size={16} aria-hidden />} onClick={() => onAction('trust')}>
              {t('member.set_trust')}
            </Menu.Item>
            <Menu.Item leftSection={<IconUserCog size={16} aria-hidden />} disabled={!customer?.email} onClick={() => onAction('role')}>
              {t('member.set_role')}
            </Menu.Item>
            <Menu.Item leftSection={<IconArrowMerge size={16} aria-hidden />} onClick={() => onAction('merge')}>
              {t('merge.open')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
