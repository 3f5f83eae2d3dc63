import { Badge, Button, Collapse, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReviewItem } from '@regulars/client';
import { getQuestionOptions } from '@regulars/client/react-query';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { questionAddress } from '~/components/forum/QuestionLink';
import { Loading, Problem } from '~/components/LoadState';
import { LinkButton, LinkText } from '~/components/links';
import { Prose } from '~/components/Prose';
import { RelativeTime } from '~/components/RelativeTime';
import { number } from '~/format';
import classes from './review.module.css';

/** Where the post is, for the router. */
export const postAddress = ({ post }: ReviewItem) =>
  ({
    ...questionAddress(post.question_id),
    hash: post.kind === 'answer' ? `a-${post.id}` : undefined,
  }) as const;

/** The flagged post: its beginning at once, and the question around it when wanted. */
export function PostInContext({ item }: { item: ReviewItem }) {
  const { t } = useTranslation('admin_community');
  const [opened, context] = useDisclosure(false);
  const { post } = item;
  return (
    <Stack gap="xs">
      <Group gap={6}>
        <Badge variant="default">{t(`review.kind.${post.kind}`)}</Badge>
        {post.state !== 'published' && <Badge variant="outline">{t(`review.post_state.${post.state}`)}</Badge>}
        {post.group && (
          <LinkText to="/groups/$slug" params={{ slug: post.group }} size="sm">
            {post.group}
          </LinkText>
        )}
        <Text size="sm" c="dimmed">
          {t('review.score', { formatted: number(post.score) })} · <RelativeTime at={post.created_at} />
        </Text>
      </Group>
      <Title order={2} size="h3">
        <LinkText {...postAddress(item)} inherit>
          {post.title}
        </LinkText>
      </Title>
      <Text className={classes.excerpt}>{post.excerpt}</Text>
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={context.toggle} aria-expanded={opened}>
          {t(opened ? 'review.hide_context' : 'review.show_context')}
        </Button>
        <LinkButton
          {...postAddress(item)}
          target="_blank"
          size="xs"
          variant="subtle"
          rightSection={<IconExternalLink size={14} aria-hidden />}
        >
          {t('review.open')}
        </LinkButton>
      </Group>
      <Collapse expanded={opened}>{opened && <Context item={item} />}</Collapse>
    </Stack>
  );
}

function Context({ item: { post } }: { item: ReviewItem }) {
  const { t } = useTranslation('admin_community');
  const { data: question, error, refetch } = useQuery(getQuestionOptions({ path: { question_id: post.question_id } }));
  if (error) return <Problem error={error} retry={refetch} />;
  if (!question) return <Loading />;
  const answer = question.answers?.items.find(({ id }) => id === post.id);
  return (
    <Stack gap="sm" p="sm" bg="var(--page)" bdrs="md">
      <Text size="xs" fw={600} c="dimmed">
        {t('review.question_of', { handle: question.author.handle })}
      </Text>
      <Prose html={question.body_html} />
      {answer && (
        <>
          <Text size="xs" fw={600} c="dimmed">
            {t('review.answer_of', { handle: answer.author.handle })}
          </Text>
          <Prose html={answer.body_html} />
        </>
      )}
    </Stack>
  );
}
