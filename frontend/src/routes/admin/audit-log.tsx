import { Button, NativeSelect } from '@mantine/core';
import { listAuditLog } from '@regulars/client';
import { listAuditLogOptions } from '@regulars/client/react-query';
import { IconX } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { AuditTable } from '~/components/admin/audit-log/AuditTable';
import { ACTIONS } from '~/components/admin/audit-log/actions';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { CsvButton } from '~/components/admin/CsvButton';
import { PageHeader } from '~/components/PageHeader';
import { SearchField } from '~/components/SearchField';
import { loadNamespaces } from '~/i18n';
import { oneOf, text } from '~/searchParams';

interface Search {
  actor?: string;
  action?: string;
  subject?: string;
  cursor?: string;
}

export const Route = createFileRoute('/admin/audit-log')({
  validateSearch: (search): Search => ({
    actor: text(search.actor),
    action: oneOf(ACTIONS, search.action),
    subject: text(search.subject),
    cursor: text(search.cursor),
  }),
  beforeLoad: administratorsOnly,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(
      cause,
      Promise.all([
        loadNamespaces('admin_system', 'admin_community', 'admin_loyalty'),
        queries.ensureQueryData(listAuditLogOptions({ query: deps })),
      ]),
    ),
  component: AuditPage,
});

function AuditPage() {
  const { t } = useTranslation(['admin_system', 'admin']);
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const filter = (change: Partial<Search>) => navigate({ search: (now) => ({ ...now, cursor: undefined, ...change }), replace: true });
  return (
    <>
      <PageHeader title={t('admin:nav.audit_log')} description={t('audit.description')} />
      <AuditTable
        filter={search}
        actions={<CsvButton ask={(csv) => listAuditLog({ ...csv, query: { ...search, cursor: undefined } })} />}
        filters={
          <>
            <SearchField
              label={t('audit.actor')}
              placeholder={t('audit.actor_hint')}
              value={search.actor}
              onChange={(actor) => filter({ actor })}
            />
            <NativeSelect
              label={t('audit.action')}
              value={search.action ?? ''}
              onChange={({ currentTarget: { value } }) => filter({ action: oneOf(ACTIONS, value) })}
              data={[
                { value: '', label: t('admin:filter.all') },
                ...ACTIONS.map((action) => ({ value: action, label: t(`audit.did.${action}`) })),
              ]}
            />
            {search.subject && (
              <Button variant="default" rightSection={<IconX size={16} aria-hidden />} onClick={() => filter({ subject: undefined })}>
                {t('audit.one_subject')}
              </Button>
            )}
          </>
        }
      />
    </>
  );
}
