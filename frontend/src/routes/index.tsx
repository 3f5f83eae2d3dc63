import { Title } from '@mantine/core';
import { IconBell, IconMessageQuestion } from '@tabler/icons-react';
import { createFileRoute, redirect } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isSignedIn } from '~/api';
import { Announcement } from '~/components/Announcement';
import { DocumentTitle } from '~/components/DocumentTitle';
import { QuestionList } from '~/components/forum/QuestionList';
import { loadQuestions, type QuestionFilter } from '~/components/forum/questionLists';
import { CommunitySidebar, SidebarLayout } from '~/components/forum/Sidebar';
import { loadSidebar } from '~/components/forum/sidebarQueries';
import { TabLink, TabLinks, tabProps } from '~/components/forum/TabLinks';
import { Welcome } from '~/components/forum/Welcome';
import { Empty } from '~/components/LoadState';
import { LinkButton } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { useSignedIn } from '~/session';

const TABS = ['new', 'unanswered', 'followed'] as const;
type Tab = (typeof TABS)[number];

const filterOf = (tab?: Tab): QuestionFilter => (tab === 'followed' ? { sort: 'active', followed: true } : { sort: tab ?? 'hot' });

export const Route = createFileRoute('/')({
  validateSearch: (search): { tab?: Tab } => ({ tab: TABS.find((tab) => tab === search.tab) }),
  beforeLoad: ({ search, location }) => {
    if (search.tab === 'followed' && !isSignedIn()) throw redirect({ to: '/sign-in', search: { next: location.href } });
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queries }, deps }) => {
    await Promise.all([loadQuestions(queries, filterOf(deps.tab)), loadSidebar(queries)]);
  },
  component: Home,
});

function Home() {
  const { t } = useTranslation('forum');
  const { tab } = Route.useSearch();
  const signedIn = useSignedIn();
  return (
    <>
      <Announcement />
      {signedIn ? (
        <PageHeader title={t('home.title')} description={t('home.greeting')} />
      ) : (
        <>
          <DocumentTitle />
          <Welcome />
          <Title order={2} size="h3" mb="sm">
            {t('home.questions')}
          </Title>
        </>
      )}
      <SidebarLayout sidebar={<CommunitySidebar />}>
        <TabLinks label={t('sort.label')}>
          <TabLink to="/" search={{}} {...tabProps}>
            {t('sort.hot')}
          </TabLink>
          {TABS.filter((value) => signedIn || value !== 'followed').map((value) => (
            <TabLink key={value} to="/" search={{ tab: value }} {...tabProps}>
              {t(`sort.${value}`)}
            </TabLink>
          ))}
        </TabLinks>
        <QuestionList
          filter={filterOf(tab)}
          empty={
            tab === 'followed' ? (
              <Empty icon={IconBell} title={t('list.none_followed')}>
                <LinkButton to="/tags">{t('list.find_tags')}</LinkButton>
              </Empty>
            ) : (
              <Empty icon={IconMessageQuestion} title={t(tab === 'unanswered' ? 'list.all_answered' : 'list.empty')}>
                <LinkButton to="/ask">{t('list.ask')}</LinkButton>
              </Empty>
            )
          }
        />
      </SidebarLayout>
    </>
  );
}
