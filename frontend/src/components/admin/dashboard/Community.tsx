import { Group, SimpleGrid, Stack, Title } from '@mantine/core';
import type { CommunityFigures } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { LinkText } from '~/components/links';
import { duration, number, percent } from '~/format';
import { Figure } from './Figure';
import { Tile } from './Tile';

/** The community in numbers. */
export function Community({ figures, label }: { figures: CommunityFigures; label: (day: string) => string }) {
  const { t } = useTranslation('admin_community');
  const { totals, before, series } = figures;
  return (
    <Stack component="section" aria-labelledby="community">
      <Group justify="space-between">
        <Title order={2} size="h3" id="community">
          {t('dashboard.community')}
        </Title>
        {figures.open_review_items > 0 && (
          <LinkText to="/admin/review" size="sm">
            {t('dashboard.open_items', { count: figures.open_review_items, formatted: number(figures.open_review_items) })}
          </LinkText>
        )}
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        <Tile label={t('dashboard.questions')} value={number(totals.questions)} now={totals.questions} before={before?.questions} neutral />
        <Tile
          label={t('dashboard.answered_share')}
          value={totals.answered_share === undefined ? '–' : percent(totals.answered_share)}
          now={totals.answered_share}
          before={before?.answered_share}
        />
        <Tile
          label={t('dashboard.solved_share')}
          value={totals.solved_share === undefined ? '–' : percent(totals.solved_share)}
          now={totals.solved_share}
          before={before?.solved_share}
        />
        <Tile
          label={t('dashboard.first_answer')}
          value={totals.first_answer_median_s === undefined ? '–' : duration(totals.first_answer_median_s, 'short')}
          now={totals.first_answer_median_s}
          before={before?.first_answer_median_s}
          lessIsBetter
        />
        <Tile label={t('dashboard.active')} value={number(totals.active)} now={totals.active} before={before?.active} />
        <Tile label={t('dashboard.registered')} value={number(totals.registered)} now={totals.registered} before={before?.registered} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Figure
          title={t('dashboard.questions_answers')}
          kind="bar"
          axis={t('dashboard.from')}
          rows={series.map((step) => ({ at: label(step.from), questions: step.questions, answered: step.answered }))}
          series={[
            { name: 'questions', label: t('dashboard.questions'), colour: 'indigo.6' },
            { name: 'answered', label: t('dashboard.answered'), colour: 'brand.6' },
          ]}
          format={number}
        />
        <Figure
          title={t('dashboard.first_answer')}
          description={t('dashboard.first_answer_help')}
          kind="line"
          axis={t('dashboard.from')}
          rows={series.map((step) => ({ at: label(step.from), seconds: step.first_answer_median_s }))}
          series={[{ name: 'seconds', label: t('dashboard.median'), colour: 'brand.6' }]}
          format={(seconds) => duration(seconds)}
          formatAxis={(seconds) => duration(seconds, 'narrow')}
        />
      </SimpleGrid>
    </Stack>
  );
}
