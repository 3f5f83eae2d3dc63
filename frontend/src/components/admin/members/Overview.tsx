import { Badge, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { Customer } from '@regulars/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '~/components/links';
import { RelativeTime } from '~/components/RelativeTime';
import { date, money, number } from '~/format';
import { Property } from '../Property';
import type { MemberDetails } from './memberDetails';

/** Everything that is known about a member, on one page. */
export function Overview({ member }: { member: MemberDetails }) {
  const { t } = useTranslation('admin_community');
  const { profile, balance, activity, groups, customer } = member;
  return (
    <Stack gap="md">
      {customer && customer.sanctions.length > 0 && <InForce customer={customer} />}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Section title={t('overview.points')}>
          <PropertyList>
            <Property label={t('member.available')}>{number(balance.available)}</Property>
            <Property label={t('overview.pending')}>{number(balance.pending)}</Property>
            <Property label={t('overview.reserved')}>{number(balance.reserved)}</Property>
            <Property label={t('overview.arrears')}>
              <Text span inherit c={balance.arrears < 0 ? 'var(--bad)' : undefined}>
                {number(balance.arrears)}
              </Text>
            </Property>
          </PropertyList>
        </Section>
        {customer && (
          <>
            <Section title={t('overview.tier')}>
              <PropertyList>
                <Property label={t('members.tier')}>{customer.tier.name}</Property>
                <Property label={t('overview.qualifying')}>{number(customer.tier.qualifying_points)}</Property>
                <Property label={t('overview.held_until')}>
                  {customer.tier.valid_until ? date(customer.tier.valid_until) : t('overview.always')}
                </Property>
              </PropertyList>
            </Section>
            <Spend customer={customer} />
            <Section title={t('overview.flags')}>
              <PropertyList>
                {(['flags_against_open', 'flags_against_upheld', 'flags_raised', 'flags_raised_upheld'] as const).map((name) => (
                  <Property key={name} label={t(`overview.${name}`)}>
                    {number(customer.activity[name])}
                  </Property>
                ))}
              </PropertyList>
            </Section>
            <Account customer={customer} />
          </>
        )}
        <Section title={t('overview.activity')}>
          <PropertyList>
            {(['questions', 'answers', 'accepted_answers', 'comments'] as const).map((name) => {
              const count = activity[name];
              if (count === undefined) return null;
              return (
                <Property key={name} label={t(`overview.${name}`)}>
                  {number(count)}
                </Property>
              );
            })}
          </PropertyList>
        </Section>
        <Groups groups={groups} />
        {profile.bio && (
          <Section title={t('overview.bio')}>
            <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {profile.bio}
            </Text>
          </Section>
        )}
      </SimpleGrid>
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card component="section">
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {children}
    </Card>
  );
}

function PropertyList({ children }: { children: ReactNode }) {
  return (
    <SimpleGrid cols={2} spacing="sm" component="dl" m={0}>
      {children}
    </SimpleGrid>
  );
}

function InForce({ customer: { sanctions, handle } }: { customer: Customer }) {
  const { t } = useTranslation('admin_community');
  return (
    <Card style={{ borderColor: 'var(--bad)' }} component="section" aria-label={t('sanction.in_force')}>
      {sanctions.map((sanction) => (
        <Group key={sanction.id} gap={6}>
          <Badge color="red" variant="outline" c="var(--bad)">
            {t(`sanction.kinds.${sanction.kind as 'silence'}`)}
          </Badge>
          <Text size="sm">
            {sanction.reason} · {sanction.ends_at ? <RelativeTime at={sanction.ends_at} /> : t('review.for_good')}
          </Text>
          <LinkText to="/admin/members/$handle" params={{ handle }} search={{ tab: 'sanctions' }} size="sm">
            {t('tab.sanctions')}
          </LinkText>
        </Group>
      ))}
    </Card>
  );
}

function Spend({ customer: { spend } }: { customer: Customer }) {
  const { t } = useTranslation('admin_community');
  return (
    <Section title={t('overview.spend')}>
      {spend.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('overview.no_purchases')}
        </Text>
      ) : (
        spend.map(({ currency, net_minor, orders, returns }) => (
          <PropertyList key={currency}>
            <Property label={t('overview.net')}>{money(net_minor, currency)}</Property>
            <Property label={t('overview.orders')}>{number(orders)}</Property>
            <Property label={t('overview.average')}>{orders > 0 ? money(Math.round(net_minor / orders), currency) : '–'}</Property>
            <Property label={t('overview.returns')}>{number(returns)}</Property>
          </PropertyList>
        ))
      )}
    </Section>
  );
}

function Account({ customer }: { customer: Customer }) {
  const { t } = useTranslation('admin_community');
  return (
    <Section title={t('overview.account')}>
      <PropertyList>
        <Property label={t('members.email')}>{customer.email ?? t('members.no_account')}</Property>
        <Property label={t('overview.sessions')}>{number(customer.sessions)}</Property>
        <Property label={t('overview.on_leaderboards')}>{t(customer.on_leaderboards ? 'overview.yes' : 'overview.no')}</Property>
        {customer.referred_by && (
          <Property label={t('overview.referred_by')}>
            <LinkText to="/admin/members/$handle" params={{ handle: customer.referred_by.advocate }} inherit>
              {customer.referred_by.advocate}
            </LinkText>
          </Property>
        )}
        {customer.external_ids.map(({ partner_id, partner, external_id }) => (
          <Property key={partner_id + external_id} label={partner}>
            {external_id}
          </Property>
        ))}
      </PropertyList>
    </Section>
  );
}

function Groups({ groups }: Pick<MemberDetails, 'groups'>) {
  const { t } = useTranslation(['admin_community', 'admin']);
  return (
    <Section title={t('admin:nav.groups')}>
      {groups.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('overview.no_groups')}
        </Text>
      )}
      <Stack gap={4}>
        {groups.map(({ slug, name, role, state = 'active', since }) => (
          <Group key={slug} gap={6}>
            <LinkText to="/groups/$slug" params={{ slug }} size="sm" fw={500}>
              {name}
            </LinkText>
            <Text size="xs" c="dimmed">
              {t(state === 'active' ? `overview.group_role.${role ?? 'member'}` : `overview.group_state.${state}`)}
              {since && ` · ${date(since)}`}
            </Text>
          </Group>
        ))}
      </Stack>
    </Section>
  );
}
