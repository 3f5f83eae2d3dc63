import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { AskForm } from '~/components/forum/AskForm';
import { AskingTips } from '~/components/forum/AskingTips';
import { SidebarLayout } from '~/components/forum/Sidebar';
import { PageHeader } from '~/components/PageHeader';
import { loadNamespaces } from '~/i18n';

export const Route = createFileRoute('/_member/ask')({
  validateSearch: (search): { group?: string } => ({ group: search.group ? String(search.group) : undefined }),
  loader: () => loadNamespaces('forum'),
  component: Ask,
});

function Ask() {
  const { t } = useTranslation('forum');
  const { group } = Route.useSearch();
  return (
    <>
      <PageHeader title={t('ask.heading')} description={t('ask.about')} />
      <SidebarLayout sidebar={<AskingTips />}>
        <AskForm group={group} />
      </SidebarLayout>
    </>
  );
}
