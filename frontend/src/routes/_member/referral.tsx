import { Card, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { getMyReferralOptions, listWaysToEarnOptions } from '@regulars/client/react-query';
import { IconUserHeart } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { ReferralLink } from '~/components/loyalty/ReferralLink';
import { ReferralCounts, ReferralSteps } from '~/components/loyalty/ReferralSteps';
import { referralTermsOf } from '~/components/loyalty/referralTerms';
import { useWayWording } from '~/components/loyalty/useWayWording';
import { PageHeader } from '~/components/PageHeader';
import { date } from '~/format';
import { loadNamespaces } from '~/i18n';
import { useSite } from '~/site';

export const Route = createFileRoute('/_member/referral')({
  loader: ({ context: { queries } }) =>
    Promise.all([
      loadNamespaces('loyalty'),
      queries.ensureQueryData(getMyReferralOptions()),
      queries.ensureQueryData(listWaysToEarnOptions()),
    ]),
  component: Referral,
});

const NEWEST = 20;

function Referral() {
  const { t } = useTranslation('loyalty');
  const { data: referral } = useSuspenseQuery(getMyReferralOptions());
  const { referral_text } = useSite();
  const { data: ways } = useSuspenseQuery(listWaysToEarnOptions());
  const { points } = useWayWording();
  const terms = referralTermsOf(ways.items);
  const [mine, theirs] = [points(terms.mine?.points ?? 0), points(terms.theirs?.points ?? 0)];
  return (
    <>
      <PageHeader
        title={t('referral.title')}
        description={
          <span style={{ whiteSpace: 'pre-line' }}>{referral_text || t(`referral.description.${terms.sides}`, { mine, theirs })}</span>
        }
      />
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <ReferralLink link={referral.link} code={referral.code} />
            <Card p="lg" component="section" aria-labelledby="friends">
              <Group justify="space-between" mb="sm">
                <Title order={2} size="h4" id="friends">
                  {t('referral.friends')}
                </Title>
                {referral.referees.length >= NEWEST && (
                  <Text size="sm" c="dimmed">
                    {t('referral.friends_recent', { count: NEWEST })}
                  </Text>
                )}
              </Group>
              <ReferralCounts counts={referral.counts} />
              {referral.referees.length === 0 && <Empty icon={IconUserHeart} title={t('referral.none')} />}
              <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {referral.referees.map((friend) => (
                  <li key={friend.handle}>
                    <LinkText to="/members/$handle" params={{ handle: friend.handle }} fw={500}>
                      {friend.handle}
                    </LinkText>
                    <Text size="sm" c="dimmed">
                      {t(`referral.state.${friend.state}`)} · {t('referral.since', { date: date(friend.since) })}
                    </Text>
                  </li>
                ))}
              </Stack>
            </Card>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <ReferralSteps ways={ways.items} />
        </Grid.Col>
      </Grid>
    </>
  );
}
