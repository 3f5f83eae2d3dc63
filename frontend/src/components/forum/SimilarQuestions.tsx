import { Badge, Group, Stack, Text } from '@mantine/core';
import { similarQuestionsOptions } from '@regulars/client/react-query';
import { IconCheck } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { SIMILAR_FROM_CHARS } from './limits';
import { QuestionLink } from './QuestionLink';
import { SidebarCard } from './Sidebar';

const TITLE_CHARS_MAX = 300;
/** Characters of a body that are compared, and what they may make of an address: proxies refuse long ones. */
const BODY_CHARS_MAX = 1_200;
const ADDRESS_CHARS_MAX = 4_000;

/** The beginning of a text that fits into an address. */
export function startOf(text: string, charsMax = BODY_CHARS_MAX) {
  const beginning = text.trim().slice(0, 2 * charsMax);
  const chars = [...beginning.replace(/\p{Surrogate}/gu, '')].slice(0, charsMax);
  while (encodeURIComponent(chars.join('')).length > ADDRESS_CHARS_MAX) chars.length = Math.floor(chars.length / 2);
  return chars.join('');
}

/** Questions like one with this title, as soon as it is long enough to compare, and this body, as far as it is written. */
export function useSimilar(title: string, body: string) {
  const asked = startOf(title, TITLE_CHARS_MAX);
  const enabled = asked.length >= SIMILAR_FROM_CHARS;
  const { data } = useQuery({
    ...similarQuestionsOptions({ query: { title: asked, body: startOf(body) } }),
    enabled,
    staleTime: 300_000,
    placeholderData: keepPreviousData,
  });
  return enabled ? (data?.items ?? []) : [];
}

/** Beside a question: others like it. */
export function RelatedQuestions({ id, title, excerpt }: { id: string; title: string; excerpt: string }) {
  const { t } = useTranslation('forum');
  const others = useSimilar(title, excerpt).filter((question) => question.id !== id);
  if (others.length === 0) return null;
  return (
    <SidebarCard title={t('question.related')}>
      <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {others.map((question) => (
          <li key={question.id}>
            <QuestionLink id={question.id} title={question.title} slug={question.slug} size="sm" />
            <Group gap={6} mt={2}>
              <Text size="xs" c="dimmed">
                {t('row.answer_count', { count: question.answer_count, formatted: number(question.answer_count) })}
              </Text>
              {question.solved && <Solved />}
            </Group>
          </li>
        ))}
      </Stack>
    </SidebarCard>
  );
}

/** The mark of questions whose asker was helped. */
export function Solved() {
  const { t } = useTranslation('forum');
  return (
    <Badge
      component="span"
      size="sm"
      variant="outline"
      c="var(--good)"
      color="teal"
      leftSection={<IconCheck size={12} stroke={3} aria-hidden />}
    >
      {t('row.solved')}
    </Badge>
  );
}
