import { Badge, Card, Group, Text } from '@mantine/core';
import type { AnswerCard } from '@regulars/client';
import { getMemberOptions, listMemberAnswersInfiniteOptions } from '@regulars/client/react-query';
import { IconCheck, IconMessage } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, redirect } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { byCursor, InfiniteList } from '~/components/InfiniteList';
import { Empty } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { RelativeTime } from '~/components/RelativeTime';
import { number } from '~/format';

export const Route = createFileRoute('/members/$handle/answers')({
  loader: async ({ context: { queries }, params }) => {
    const { merged_into } = await queries.ensureQueryData(getMemberOptions({ path: params }));
    // Who was merged has no answers of their own any more; the server leads on from the profile itself.
    if (merged_into) throw redirect({ to: '/members/$handle/answers', params: { handle: merged_into }, replace: true });
  },
  component: MemberAnswers,
});

function MemberAnswers() {
  const { t } = useTranslation('groups');
  const path = Route.useParams();
  const query = useInfiniteQuery({ ...listMemberAnswersInfiniteOptions({ path }), ...byCursor });
  return (
    <InfiniteList query={query} empty={<Empty icon={IconMessage} title={t('profile.no_answers')} />}>
      {card}
    </InfiniteList>
  );
}

const card = (answer: AnswerCard) => <Answer key={answer.id} answer={answer} />;

function Answer({ answer }: { answer: AnswerCard }) {
  const { t } = useTranslation('groups');
  return (
    <Card component="article">
      <Group gap="xs">
        <LinkText to="/questions/$id/{-$slug}" params={{ id: answer.question_id }} hash={`a-${answer.id}`} fw={600}>
          {answer.question_title}
        </LinkText>
        {answer.accepted && <Badge leftSection={<IconCheck size={12} />}>{t('profile.accepted')}</Badge>}
      </Group>
      <Text size="sm" c="dimmed" lineClamp={2}>
        {answer.excerpt}
      </Text>
      <Text size="xs" c="dimmed" mt={4}>
        {t('profile.score', { count: answer.score, formatted: number(answer.score) })} · <RelativeTime at={answer.created_at} />
      </Text>
    </Card>
  );
}
