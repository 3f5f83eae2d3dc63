import { ActionIcon, Stack, Text, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { useMe } from '~/session';
import type { Post, PostRef } from './questionCache';
import { useMembersOnly } from './useMembersOnly';
import { useVote, type Vote } from './useVote';

/** Useful or not: the score of a post, and the member's own vote on it. */
export function VoteControl({ post, of, locked }: { post: Post; of: PostRef; locked?: boolean }) {
  const { t } = useTranslation('forum');
  const me = useMe();
  const membersOnly = useMembersOnly();
  const vote = useVote(of, post);
  const own = me?.id === post.author.id;
  const barred = own || locked;
  const button = (value: Vote, label: string, Image: typeof IconChevronUp) => {
    const chosen = post.my_vote === value;
    return (
      <Tooltip label={own ? t('vote.own') : locked ? t('vote.locked') : label} openDelay={400}>
        <ActionIcon
          size={36}
          radius="xl"
          variant={chosen ? 'filled' : 'default'}
          aria-label={label}
          aria-pressed={chosen}
          aria-disabled={barred || undefined}
          data-disabled={barred || undefined}
          onClick={() => !barred && membersOnly(() => vote.mutate(chosen ? 0 : value))}
        >
          <Image size={22} aria-hidden />
        </ActionIcon>
      </Tooltip>
    );
  };
  return (
    <Stack gap={4} align="center" role="group" aria-label={t('vote.label')} w={44} style={{ flex: 'none' }}>
      {button(1, t('vote.up'), IconChevronUp)}
      <Text fw={650} size="lg" aria-live="polite" title={t('vote.tally', { up: number(post.up_votes), down: number(post.down_votes) })}>
        {number(post.score)}
      </Text>
      {button(-1, t('vote.down'), IconChevronDown)}
    </Stack>
  );
}
