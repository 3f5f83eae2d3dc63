import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Decision, ReviewItem } from '@regulars/client';
import {
  claimReviewItemMutation,
  decideReviewItemMutation,
  unclaimReviewItemMutation,
  undoReviewDecisionMutation,
} from '@regulars/client/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showProblem } from '~/forms';
import { messageOf, problemOf } from '~/problems';
import { useOnce, useWrite } from '~/useWrite';
import type { DecisionDetails, FieldErrors } from './DecisionForm';
import { type QueueFilter, useQueue } from './queue';

const UNDO_SHOWN_MS = 12_000;
const CONFLICTS = [409, 412];

/** Claiming, deciding and undoing, and what the page has to know and say about it. */
export function useReviewActions(filter: QueueFilter, onDecided: (item: ReviewItem) => void, onUndone: (item: ReviewItem) => void) {
  const { t } = useTranslation(['admin_community', 'common']);
  const queue = useQueue(filter);
  const decide = useWrite(decideReviewItemMutation());
  const undo = useWrite(undoReviewDecisionMutation());
  const claim = useWrite(claimReviewItemMutation());
  const unclaim = useWrite(unclaimReviewItemMutation());
  const decided = useRef<ReviewItem[]>([]);
  const [conflict, setConflict] = useState<{ item: string; detail: string }>();
  const [announcement, announce] = useState('');

  /** What another did meanwhile is shown and explained; everything else is a refusal. */
  const refused = async (item: ReviewItem, error: unknown, form?: FieldErrors) => {
    const problem = problemOf(error);
    if (!problem || !CONFLICTS.includes(problem.status)) return showProblem(error, form);
    const { detail } = messageOf(error);
    setConflict({ item: item.id, detail });
    announce(detail);
    await queue.reload();
  };

  const idOf = ({ id }: ReviewItem) => id;
  const undoIt = useOnce(async (item: ReviewItem) => {
    const key = `review-${item.id}`;
    try {
      const back = await undo.mutateAsync({ path: { id: item.id }, body: { reason: t('review.undo_reason'), version: item.version } });
      decided.current = decided.current.filter(({ id }) => id !== item.id);
      notifications.hide(key);
      announce(t('review.undone', { title: item.post.title }));
      await queue.take(back);
      await queue.reload();
      onUndone(back);
    } catch (error) {
      await refused(item, error);
    }
  }, idOf);

  const offerUndo = (item: ReviewItem, decision: Decision) => {
    // Only the latest is offered here, where it hides nothing that has to be decided; `u` goes further back.
    for (const { id } of decided.current.slice(0, -1)) notifications.hide(`review-${id}`);
    notifications.show({
      id: `review-${item.id}`,
      autoClose: UNDO_SHOWN_MS,
      position: 'bottom-left',
      color: 'teal',
      closeButtonProps: { 'aria-label': t('common:close') },
      title: t(`review.done.${decision}`),
      message: (
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Text size="sm" lineClamp={1} c="var(--mantine-color-text)">
            {item.post.title}
          </Text>
          <Button size="xs" variant="default" onClick={() => undoIt(item)} style={{ flex: 'none' }}>
            {t('review.undo')}
          </Button>
        </Group>
      ),
    });
  };

  const toggleClaim = useOnce(async (item: ReviewItem, mine: boolean) => {
    try {
      if (mine) await unclaim.mutateAsync({ path: { id: item.id } });
      else await queue.take(await claim.mutateAsync({ path: { id: item.id } }));
      announce(t(mine ? 'review.unclaimed_now' : 'review.claimed_now'));
      if (mine) await queue.reload();
    } catch (error) {
      await refused(item, error);
    }
  }, idOf);

  return {
    announcement,
    announce,
    busy: undo.isPending || claim.isPending || unclaim.isPending,
    conflictOf: (item: ReviewItem) => (conflict?.item === item.id ? conflict.detail : undefined),
    decide: async (item: ReviewItem, decision: Decision, details: DecisionDetails, form?: FieldErrors) => {
      try {
        const done = await decide.mutateAsync({ path: { id: item.id }, body: { decision, version: item.version, ...details } });
        decided.current.push(done);
        setConflict(undefined);
        announce(t('review.announce', { done: t(`review.done.${decision}`), title: item.post.title }));
        offerUndo(done, decision);
        onDecided(done);
        await queue.take(done);
        return true;
      } catch (error) {
        await refused(item, error, form);
        return false;
      }
    },
    toggleClaim,
    undo: undoIt,
    undoLast: () => {
      const last = decided.current.at(-1);
      if (last) return undoIt(last);
      announce(t('review.nothing_to_undo'));
    },
    reload: queue.reload,
  };
}
