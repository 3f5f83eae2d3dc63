import { Button, Card, CopyButton, Divider, Stack, Text } from '@mantine/core';
import { getRedemptionOptions } from '@regulars/client/react-query';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { SideDialog } from '~/components/Dialog';
import { Loading, Problem } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { number } from '~/format';
import { PropertyRow } from '../Property';
import { StateBadge } from '../StateBadge';
import { RedemptionActions } from './RedemptionActions';
import { RedemptionTimeline } from './RedemptionTimeline';
import { REDEMPTION_TONES } from './states';

/** One redemption: who, what, where to, what happened, and what to do. */
export function RedemptionDrawer({ id, onClose }: { id?: string; onClose: () => void }) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  return (
    <SideDialog opened={id !== undefined} onClose={onClose} size="md" title={t('redemption.one')}>
      {id && <Details id={id} />}
    </SideDialog>
  );
}

function Details({ id }: { id: string }) {
  const { t } = useTranslation(['admin_loyalty', 'admin', 'common']);
  const { data: redemption, error, refetch } = useQuery(getRedemptionOptions({ path: { redemption_id: id } }));
  if (error) return <Problem error={error} retry={refetch} />;
  if (!redemption) return <Loading />;
  const { reward, handle, points, state, ship_to } = redemption;
  return (
    <Stack>
      <div>
        <Text fw={600} size="lg">
          {reward.name}
        </Text>
        <Text size="sm" c="dimmed">
          {t(`reward.kind.${reward.kind}`)}
        </Text>
      </div>
      <div>
        <PropertyRow label={t('admin:member')}>
          <LinkText to="/members/$handle" params={{ handle }}>
            {handle}
          </LinkText>
        </PropertyRow>
        <PropertyRow label={t('reward.points')}>{number(points)}</PropertyRow>
        <PropertyRow label={t('admin:state')}>
          <StateBadge tone={REDEMPTION_TONES[state]}>{t(`redemption.state.${state}`)}</StateBadge>
        </PropertyRow>
      </div>
      {ship_to && (
        <Card>
          <Text size="sm" fw={600} mb={4}>
            {t('redemption.ship_to')}
          </Text>
          <Text style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>{ship_to}</Text>
          <CopyButton value={ship_to}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" mt="xs" onClick={copy}>
                {t(copied ? 'common:copied' : 'common:copy')}
              </Button>
            )}
          </CopyButton>
        </Card>
      )}
      <RedemptionTimeline redemption={redemption} />
      <Divider />
      <RedemptionActions key={state} redemption={redemption} />
    </Stack>
  );
}
