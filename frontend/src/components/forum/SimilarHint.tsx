import { Box, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { LinkButton } from '../links';
import { QuestionLink, questionAddress } from './QuestionLink';
import classes from './SimilarHint.module.css';
import { Solved, useSimilar } from './SimilarQuestions';

/** While somebody types a question: perhaps it was answered already. */
export function SimilarHint({ title, body }: { title: string; body: string }) {
  const { t } = useTranslation('forum');
  const similar = useSimilar(title, body);
  return (
    <Box aria-live="polite">
      {similar.length > 0 && (
        <Box className={classes.frame} component="section" aria-label={t('ask.similar')}>
          <Text size="sm" fw={600} mb={4}>
            {t('ask.similar')}
          </Text>
          <Stack gap={0} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
            {similar.map((question) => (
              <Group key={question.id} component="li" className={classes.item} justify="space-between" gap={4}>
                <Box flex="1 1 260px" miw={0}>
                  <QuestionLink id={question.id} title={question.title} slug={question.slug} size="sm" fw={500} lineClamp={2} />
                </Box>
                <Group gap="xs">
                  <Text size="xs" c="dimmed">
                    {t('row.answer_count', { count: question.answer_count, formatted: number(question.answer_count) })}
                  </Text>
                  {question.solved && <Solved />}
                  <LinkButton
                    {...questionAddress(question.id, question.slug)}
                    size="compact-xs"
                    variant="default"
                    aria-label={t('ask.solves_named', { title: question.title })}
                  >
                    {t('ask.solves')}
                  </LinkButton>
                </Group>
              </Group>
            ))}
          </Stack>
        </Box>
      )}
    </Box>
  );
}
