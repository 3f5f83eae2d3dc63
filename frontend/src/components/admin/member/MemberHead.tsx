import { Avatar, Badge, Button, Card, Group, Menu, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Me } from '@regulars/client';
import { IconAdjustments, IconArrowMerge, IconChevronDown, IconGavel, IconShieldCheck, IconUser, IconUserCog } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '~/components/links';
import { MergedInto } from '~/components/MergedInto';
import { PageHead } from '~/components/PageHead';
import { When } from '~/components/When';
import { date, number } from '~/format';
import { isAdministrator, isStaff } from '~/session';
import { AdjustPoints } from './AdjustPoints';
import type { Subject } from './customer';
import { MergeMember } from './MergeMember';
import { ImposeSanction } from './Sanction';
import { SetRole } from './SetRole';
import { SetTrust } from './SetTrust';

type Act = 'adjust' | 'sanction' | 'role' | 'trust' | 'merge';

/** Who it is and how they stand, and what the staff can do about them. */
export function MemberHead({ subject, me }: { subject: Subject; me: Me }) {
  const { t } = useTranslation(['admin', 'common']);
  const [act, setAct] = useState<Act>();
  const { who, customer } = subject;
  const close = () => setAct(undefined);
  return (
    <>
      <PageHead
        title={who.display_name}
        description={
          <>
            @{who.handle}
            {customer?.email && ` · ${customer.email}`}
            {who.role !== 'member' && (
              <Badge variant="filled" ml={8}>
                {t(`role.${who.role}`, { ns: 'common' })}
              </Badge>
            )}
          </>
        }
      >
        <LinkButton
          to="/members/$handle"
          params={{ handle: who.handle }}
          variant="default"
          leftSection={<IconUser size={16} aria-hidden />}
        >
          {t('member.profile')}
        </LinkButton>
        {!who.merged_into && <Acts subject={subject} me={me} onAct={setAct} />}
      </PageHead>
      {who.merged_into && <MergedInto handle={who.merged_into} to="/admin/members/$handle" />}
      <Card mb="md">
        <Group gap="lg" align="center">
          <Avatar name={who.display_name} color="brand" variant="filled" size={56} visibleFrom="xs" aria-hidden />
          <SimpleGrid cols={{ base: 2, xs: 3, lg: 6 }} flex={1} spacing="md" component="dl" m={0}>
            {customer && <Fact label={t('members.tier')}>{customer.tier.name}</Fact>}
            <Fact label={t('member.available')}>{number(subject.balance.available)}</Fact>
            <Fact label={t('reputation', { ns: 'common' })}>{number(who.reputation)}</Fact>
            {customer && <Fact label={t('members.trust')}>{`${customer.trust} · ${t(`trust.names.${customer.trust as 0}`)}`}</Fact>}
            <Fact label={t('members.since')}>{date(who.since)}</Fact>
            {customer && (
              <Fact label={t('members.last_seen')}>{customer.last_seen_at ? <When at={customer.last_seen_at} /> : t('member.never')}</Fact>
            )}
          </SimpleGrid>
        </Group>
      </Card>
      {act === 'adjust' && <AdjustPoints subject={subject} onClose={close} />}
      {act === 'sanction' && <ImposeSanction handle={who.handle} onClose={close} />}
      {act === 'role' && <SetRole who={who} onClose={close} />}
      {act === 'merge' && <MergeMember subject={subject} onClose={close} />}
      {act === 'trust' && <SetTrust handle={who.handle} trust={customer?.trust ?? 0} onClose={close} />}
    </>
  );
}

function Acts({ subject: { who, customer }, me, onAct }: { subject: Subject; me: Me; onAct: (act: Act) => void }) {
  const { t } = useTranslation('admin');
  const administrator = isAdministrator(me);
  const oneself = who.handle === me.handle;
  if (oneself && !administrator) return null;
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button rightSection={<IconChevronDown size={16} aria-hidden />}>{t('member.acts')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {administrator && (
          <Menu.Item leftSection={<IconAdjustments size={16} aria-hidden />} disabled={oneself} onClick={() => onAct('adjust')}>
            {t('member.adjust')}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconGavel size={16} aria-hidden />}
          disabled={oneself || (isStaff(who) && !administrator)}
          onClick={() => onAct('sanction')}
        >
          {t('member.sanction')}
        </Menu.Item>
        {administrator && (
          <>
            <Menu.Item leftSection={<IconShieldCheck size={16} aria-hidden />} onClick={() => onAct('trust')}>
              {t('member.set_trust')}
            </Menu.Item>
            <Menu.Item leftSection={<IconUserCog size={16} aria-hidden />} disabled={!customer?.email} onClick={() => onAct('role')}>
              {t('member.set_role')}
            </Menu.Item>
            <Menu.Item leftSection={<IconArrowMerge size={16} aria-hidden />} onClick={() => onAct('merge')}>
              {t('merge.open')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** One figure with its name. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Stack gap={0}>
      <Text size="xs" c="dimmed" component="dt">
        {label}
      </Text>
      <Text fw={600} component="dd" m={0}>
        {children}
      </Text>
    </Stack>
  );
}
