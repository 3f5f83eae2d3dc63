import { Title } from '@mantine/core';
import { IconMessageQuestion } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { loadQuestions, QuestionList } from '~/components/forum/QuestionList';
import { Columns, CommunitySide, loadSide } from '~/components/forum/Side';
import { TabLink, Tabs, tabProps } from '~/components/forum/Tabs';
import { Welcome } from '~/components/forum/Welcome';
import { LinkButton } from '~/components/links';
import { PageHead } from '~/components/PageHead';
import { Empty } from '~/components/states';
import { useSignedIn } from '~/session';

const SORTS = ['new', 'unanswered'] as const;
type Tab = (typeof SORTS)[number];

const sortOf = (tab?: Tab) => tab ?? 'hot';

export const Route = createFileRoute('/')({
  validateSearch: (search): { tab?: Tab } => ({ tab: SORTS.find((tab) => tab === search.tab) }),
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queries }, deps }) => {
    await Promise.all([loadQuestions(queries, { sort: sortOf(deps.tab) }), loadSide(queries)]);
  },
  component: Home,
});

function Home() {
  const { t } = useTranslation('forum');
  const { tab } = Route.useSearch();
  const signedIn = useSignedIn();
  return (
    <>
      {signedIn ? (
        <PageHead title={t('home.title')} description={t('home.greeting')} />
      ) : (
        <>
          <title>{`${t('home.welcome')} · Regulars`}</title>
          <Welcome />
          <Title order={2} size="h3" mb="sm">
            {t('home.questions')}
          </Title>
        </>
      )}
      <Columns side={<CommunitySide />}>
        <Tabs label={t('sort.label')}>
          <TabLink to="/" search={{}} {...tabProps}>
            {t('sort.hot')}
          </TabLink>
          {SORTS.map((value) => (
            <TabLink key={value} to="/" search={{ tab: value }} {...tabProps}>
              {t(`sort.${value}`)}
            </TabLink>
          ))}
        </Tabs>
        <QuestionList
          filter={{ sort: sortOf(tab) }}
          empty={
            <Empty icon={IconMessageQuestion} title={t(tab === 'unanswered' ? 'list.all_answered' : 'list.empty')}>
              <LinkButton to="/ask">{t('list.ask')}</LinkButton>
            </Empty>
          }
        />
      </Columns>
    </>
  );
}
