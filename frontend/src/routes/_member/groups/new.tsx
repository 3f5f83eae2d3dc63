import { createGroup } from '@regulars/client';
import { useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { GroupForm, type GroupTerms } from '~/components/groups/GroupForm';
import { PageHeader } from '~/components/PageHeader';
import { loadNamespaces } from '~/i18n';
import type { Version } from '~/useEditForm';

export const Route = createFileRoute('/_member/groups/new')({ loader: () => loadNamespaces('groups'), component: NewGroup });

const NEW: Version<GroupTerms> = { version: '', values: { name: '', description: '', kind: 'open', private: false } };

function NewGroup() {
  const { t } = useTranslation('groups');
  const navigate = Route.useNavigate();
  const queries = useQueryClient();
  return (
    <>
      <PageHeader title={t('new.title')} description={t('new.description')} />
      <GroupForm
        draft="group"
        now={NEW}
        read={async () => NEW}
        label={t('new.submit')}
        submit={async (terms) => {
          const { data } = await createGroup({ body: terms, throwOnError: true });
          await queries.invalidateQueries();
          await navigate({ to: '/groups/$slug', params: { slug: data.slug } });
          return undefined;
        }}
      />
    </>
  );
}
