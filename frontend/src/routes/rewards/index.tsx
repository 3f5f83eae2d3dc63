import { Checkbox, Group, NativeSelect, Text } from '@mantine/core';
import type { RewardKind } from '@regulars/client';
import { getMyPointsOptions, listRewardsInfiniteOptions, listTiersOptions } from '@regulars/client/react-query';
import { useInfiniteQuery, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isSignedIn } from '~/api';
import { byCursor } from '~/components/InfiniteList';
import { LinkButton } from '~/components/links';
import { Catalogue } from '~/components/loyalty/Catalogue';
import { Programme } from '~/components/loyalty/Programme';
import { RedeemDialog } from '~/components/loyalty/RedeemDialog';
import { RewardCard } from '~/components/loyalty/RewardCard';
import { REWARD_KINDS } from '~/components/loyalty/RewardIcon';
import { PageHeader } from '~/components/PageHeader';
import { number } from '~/format';
import { loadNamespaces } from '~/i18n';
import { oneOf, text } from '~/searchParams';
import { useSignedIn } from '~/session';

interface Search {
  kind?: RewardKind;
  affordable?: true;
  /** The reward whose dialog is open. */
  reward?: string;
}

export const Route = createFileRoute('/rewards/')({
  validateSearch: (search): Search => ({
    kind: oneOf(REWARD_KINDS, search.kind),
    affordable: search.affordable ? true : undefined,
    reward: text(search.reward),
  }),
  loader: ({ context: { queries } }) =>
    Promise.all([
      loadNamespaces('loyalty'),
      queries.ensureInfiniteQueryData({ ...listRewardsInfiniteOptions(), ...byCursor }),
      queries.ensureQueryData(listTiersOptions()),
      isSignedIn() && queries.ensureQueryData(getMyPointsOptions()),
    ]),
  component: Rewards,
});

function Rewards() {
  const { t } = useTranslation(['loyalty', 'common']);
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const signedIn = useSignedIn();
  const query = useInfiniteQuery({ ...listRewardsInfiniteOptions(), ...byCursor });
  const { data: ladder } = useSuspenseQuery(listTiersOptions());
  const { data: points } = useQuery({ ...getMyPointsOptions(), enabled: signedIn });
  const available = signedIn ? (points?.available ?? 0) : undefined;
  const change = (next: Partial<Search>) => navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });

  return (
    <>
      <PageHeader
        title={t('rewards.title')}
        description={
          available === undefined
            ? t('rewards.description')
            : t('rewards.balance', { points: t('common:points', { count: available, formatted: number(available) }) })
        }
      >
        {signedIn && (
          <LinkButton to="/rewards/mine" variant="default">
            {t('mine.title')}
          </LinkButton>
        )}
      </PageHeader>
      {!signedIn && <Programme tiers={ladder.items} />}
      <Group mb="md" gap="md">
        <NativeSelect
          aria-label={t('rewards.kind')}
          value={search.kind ?? ''}
          onChange={(event) => change({ kind: oneOf(REWARD_KINDS, event.currentTarget.value) })}
          data={[
            { value: '', label: t('rewards.all_kinds') },
            ...REWARD_KINDS.map((kind) => ({ value: kind as string, label: t(`reward.kind.${kind}`) })),
          ]}
        />
        {signedIn && (
          <Checkbox
            label={t('rewards.affordable')}
            checked={search.affordable ?? false}
            onChange={(event) => change({ affordable: event.currentTarget.checked || undefined })}
          />
        )}
        <Text size="sm" c="dimmed" ml="auto" visibleFrom="sm">
          {t('rewards.order')}
        </Text>
      </Group>
      <Catalogue
        query={query}
        wanted={(reward) =>
          (!search.kind || reward.kind === search.kind) &&
          (!signedIn || !search.affordable || (reward.affordable === true && reward.tier_reached !== false))
        }
      >
        {(reward) => (
          <RewardCard
            key={reward.id}
            reward={reward}
            available={available}
            tierName={ladder.items.find(({ rank }) => rank === reward.tier_rank_min)?.name}
          />
        )}
      </Catalogue>
      {available !== undefined && <RedeemDialog id={search.reward} available={available} onClose={() => change({ reward: undefined })} />}
    </>
  );
}
