import { Alert, List, Text } from '@mantine/core';
import type { PreviewTiersData, TierView } from '@regulars/client';
import { previewTiersOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Problem } from '~/components/LoadState';
import { number } from '~/format';

/** Who would move, before anything is saved. */
export function TierChangePreview({
  change,
  tiers,
  newName,
}: {
  change: NonNullable<PreviewTiersData['query']>;
  tiers: TierView[];
  /** What the tier of `change.rank` will be called. */
  newName?: string;
}) {
  const { t } = useTranslation('admin_loyalty');
  const { data, error } = useQuery({ ...previewTiersOptions({ query: change }), placeholderData: keepPreviousData });
  const nameOf = (rank: number) =>
    (rank === change.rank && newName) || tiers.find((tier) => tier.rank === rank)?.name || t('tier.rank_number', { rank });
  if (error) return <Problem error={error} />;
  return (
    <Alert variant="default" title={t('tier.preview')} aria-live="polite" mih={76}>
      {data?.moves.length === 0 && <Text size="sm">{t('tier.nobody_moves')}</Text>}
      {data && data.moves.length > 0 && (
        <List size="sm" spacing={4}>
          {data.moves.map(({ from_rank, to_rank, members, at_once }) => (
            <List.Item key={`${from_rank} ${to_rank} ${at_once}`}>
              {t(at_once ? 'tier.moves_now' : 'tier.moves_later', {
                count: members,
                formatted: number(members),
                from: nameOf(from_rank),
                to: nameOf(to_rank),
              })}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
