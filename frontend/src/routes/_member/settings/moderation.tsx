import { Badge, Group, Stack, Text } from '@mantine/core';
import type { MyModeratedPost, MySanction } from '@regulars/client';
import { listMyModeratedPostsInfiniteOptions, listMySanctionsInfiniteOptions } from '@regulars/client/react-query';
import { IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '~/components/account/SettingsCard';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { RelativeTime } from '~/components/RelativeTime';
import { dateTime } from '~/format';

export const Route = createFileRoute('/_member/settings/moderation')({
  loader: ({ context: { queries } }) =>
    Promise.all([
      queries.ensureInfiniteQueryData({ ...listMySanctionsInfiniteOptions(), ...byCursor }),
      queries.ensureInfiniteQueryData({ ...listMyModeratedPostsInfiniteOptions(), ...byCursor }),
    ]),
  component: Moderation,
});

function Moderation() {
  const { t } = useTranslation('account');
  const sanctions = useInfiniteQuery({ ...listMySanctionsInfiniteOptions(), ...byCursor });
  const posts = useInfiniteQuery({ ...listMyModeratedPostsInfiniteOptions(), ...byCursor });
  return (
    <>
      <SettingsCard title={t('moderation.sanctions')} description={t('moderation.sanctions_description')}>
        <InfiniteList query={sanctions} empty={<Empty icon={IconShieldCheck} title={t('moderation.no_sanctions')} />}>
          {(sanction) => <Sanction key={sanction.id} sanction={sanction} />}
        </InfiniteList>
      </SettingsCard>
      <SettingsCard title={t('moderation.posts')} description={t('moderation.posts_description')}>
        <InfiniteList query={posts} empty={<Empty icon={IconShieldCheck} title={t('moderation.no_posts')} />}>
          {(post) => <ModeratedPost key={post.id} post={post} />}
        </InfiniteList>
      </SettingsCard>
    </>
  );
}

function Sanction({ sanction }: { sanction: MySanction }) {
  const { t } = useTranslation('account');
  const isForGood = sanction.kind !== 'warning' && !sanction.ends_at;
  return (
    <Stack gap={4}>
      <Group gap={8}>
        <Text fw={600}>{t(`moderation.kind.${sanction.kind}`)}</Text>
        {sanction.in_force && <Badge color="orange">{t('moderation.in_force')}</Badge>}
        {sanction.lifted_at && <Badge color="gray">{t('moderation.lifted')}</Badge>}
      </Group>
      <Text size="sm">{t(`moderation.means.${sanction.kind}`)}</Text>
      {sanction.note && <Text size="sm">{sanction.note}</Text>}
      <Text size="sm" c="dimmed">
        <RelativeTime at={sanction.starts_at} />
        {sanction.ends_at && ` · ${t('moderation.until', { date: dateTime(sanction.ends_at) })}`}
        {isForGood && ` · ${t('moderation.for_good')}`}
      </Text>
    </Stack>
  );
}

function ModeratedPost({ post }: { post: MyModeratedPost }) {
  const { t } = useTranslation('account');
  return (
    <Stack gap={4}>
      <Text fw={600} component="div">
        {t(`moderation.post.${post.kind}`)}:{' '}
        {post.title ? (
          <LinkText to="/questions/$id/{-$slug}" params={{ id: post.question_id }} inherit>
            {post.title}
          </LinkText>
        ) : (
          t('moderation.unseen')
        )}
      </Text>
      <Text size="sm">
        {t(`moderation.decision.${post.decision ?? 'none'}`)} {t(`moderation.state.${post.state}`)}
      </Text>
      {post.note && <Text size="sm">{post.note}</Text>}
      <Text size="sm" c="dimmed">
        <RelativeTime at={post.at} />
      </Text>
    </Stack>
  );
}
