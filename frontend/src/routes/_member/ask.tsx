import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { AskForm } from '~/components/forum/AskForm';
import { AskingWell } from '~/components/forum/AskingWell';
import { Columns } from '~/components/forum/Side';
import { PageHead } from '~/components/PageHead';
import { words } from '~/i18n';

export const Route = createFileRoute('/_member/ask')({
  validateSearch: (search): { group?: string } => ({ group: search.group ? String(search.group) : undefined }),
  loader: () => words('forum'),
  component: Ask,
});

function Ask() {
  const { t } = useTranslation('forum');
  const { group } = Route.useSearch();
  return (
    <>
      <PageHead title={t('ask.heading')} description={t('ask.about')} />
      <Columns side={<AskingWell />}>
        <AskForm group={group} />
      </Columns>
    </>
  );
}
