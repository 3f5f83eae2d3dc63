import { Alert, Button, Card, Divider, Group, Kbd, Stack, Text } from '@mantine/core';
import type { Decision, Me, ReviewItem } from '@regulars/client';
import { IconArrowBackUp, IconChevronLeft, IconHandStop, IconInfoCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type Ref, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '~/components/RelativeTime';
import { AuthorSummary, Flags } from './AuthorAndFlags';
import { DecisionButtons } from './DecisionButtons';
import { type DecisionDetails, DecisionForm, type FieldErrors } from './DecisionForm';
import { mayDecide, obstacle } from './decisions';
import { DecisionEffects, ItemEffects } from './Effects';
import { keyOf, useKeysEnabled } from './keys';
import { PostInContext } from './PostInContext';
import classes from './review.module.css';

interface Props {
  item: ReviewItem;
  me: Me;
  chosen?: Decision;
  conflict?: string;
  busy: boolean;
  onChoose: (decision?: Decision) => void;
  onDecide: (decision: Decision, details: DecisionDetails, form: FieldErrors) => Promise<boolean>;
  onClaim: () => void;
  onUndo: () => void;
}

/** One item with all that a decision rests on, and the decision. */
export function ReviewDetail({ item, me, chosen, conflict, busy, onChoose, onDecide, onClaim, onUndo }: Props) {
  const { t } = useTranslation('admin_community');
  const card = useRef<HTMLElement>(null);
  const before = useRef(chosen);
  // When a decision took its form away, the focus follows to the next item.
  useEffect(() => {
    if (before.current && !chosen && document.activeElement === document.body) card.current?.focus({ preventScroll: true });
    before.current = chosen;
  }, [chosen]);
  return (
    <Card ref={card as Ref<HTMLDivElement>} tabIndex={-1} className={classes.detail} component="section" aria-label={item.post.title}>
      <Stack gap="md">
        <Button
          className={classes.back}
          size="xs"
          variant="default"
          w="fit-content"
          leftSection={<IconChevronLeft size={16} aria-hidden />}
          renderRoot={(root) => (
            <Link {...root} from="/admin/review" to="/admin/review" search={(now) => ({ ...now, item: undefined })} resetScroll={false} />
          )}
        >
          {t('review.back')}
        </Button>
        {conflict && (
          <Alert color="gray" variant="outline" icon={<IconInfoCircle />} title={t('review.conflict')} role="alert">
            {conflict} {t('review.conflict_reloaded')}
          </Alert>
        )}
        <PostInContext key={item.id} item={item} />
        <AuthorSummary item={item} />
        <Flags item={item} />
        <Divider />
        {item.state === 'decided' ? (
          <Decided item={item} busy={busy} onUndo={onUndo} />
        ) : (
          <>
            <ItemEffects item={item} />
            <Claim item={item} me={me} busy={busy} onClaim={onClaim} />
            <DecisionButtons item={item} me={me} chosen={chosen} onChoose={onChoose} />
            {chosen && (
              <DecisionForm
                key={item.id + chosen}
                about={item.id}
                decision={chosen}
                onDecide={(details, form) => onDecide(chosen, details, form)}
                blocked={!mayDecide(chosen, item, me)}
                onCancel={() => onChoose()}
              >
                <DecisionEffects decision={chosen} item={item} />
              </DecisionForm>
            )}
          </>
        )}
      </Stack>
    </Card>
  );
}

function Claim({ item, me, busy, onClaim }: Pick<Props, 'item' | 'me' | 'busy' | 'onClaim'>) {
  const { t } = useTranslation('admin_community');
  const [keysOn] = useKeysEnabled();
  const why = obstacle(item, me);
  const mine = item.claimed_by === me.handle;
  if (why)
    return (
      <Alert color="gray" variant="light" icon={<IconInfoCircle />}>
        {t(`review.obstacle.${why}`, { handle: item.claimed_by })}
      </Alert>
    );
  return (
    <Group gap="sm">
      <Button
        size="xs"
        variant="default"
        loading={busy}
        onClick={onClaim}
        aria-keyshortcuts={keysOn ? keyOf('claim') : undefined}
        leftSection={<IconHandStop size={16} aria-hidden />}
        rightSection={
          keysOn ? (
            <Kbd size="xs" visibleFrom="sm" aria-hidden>
              {keyOf('claim')}
            </Kbd>
          ) : undefined
        }
      >
        {t(mine ? 'review.unclaim' : 'review.claim')}
      </Button>
      <Text size="sm" c="dimmed">
        {mine && item.claimed_until ? (
          <>
            {t('review.claimed')} <RelativeTime at={item.claimed_until} />
          </>
        ) : (
          t('review.claim_hint')
        )}
      </Text>
    </Group>
  );
}

function Decided({ item, busy, onUndo }: Pick<Props, 'item' | 'busy' | 'onUndo'>) {
  const { t } = useTranslation('admin_community');
  return (
    <Stack gap="xs">
      <Text fw={600}>
        {item.decision && t(`review.done.${item.decision}`)}
        <Text span c="dimmed" size="sm" ml={6}>
          {item.decided_by} · {item.decided_at && <RelativeTime at={item.decided_at} />}
        </Text>
      </Text>
      {item.reason && <Text size="sm">{item.reason}</Text>}
      {item.note && (
        <Text size="sm" c="dimmed">
          {t('review.author_note', { note: item.note })}
        </Text>
      )}
      <Button
        size="xs"
        variant="default"
        w="fit-content"
        loading={busy}
        onClick={onUndo}
        leftSection={<IconArrowBackUp size={16} aria-hidden />}
      >
        {t('review.undo')}
      </Button>
    </Stack>
  );
}
