import { Text } from '@mantine/core';
import type { AuditView, ListAuditLogData } from '@regulars/client';
import { listAuditLogOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '~/components/links';
import { RelativeTime } from '~/components/RelativeTime';
import { type Column, DataTable } from '../DataTable';
import { AuditDetail } from './AuditDetail';
import { isKnown, isSubject } from './actions';

/** What staff did, one sentence an entry. */
export function AuditTable({
  filter,
  filters,
  actions,
}: {
  filter: NonNullable<ListAuditLogData['query']>;
  filters?: ReactNode;
  actions?: ReactNode;
}) {
  const { t } = useTranslation(['admin_system', 'admin', 'admin_loyalty']);
  const query = useQuery({ ...listAuditLogOptions({ query: filter }), placeholderData: keepPreviousData });
  const columns: Column<AuditView>[] = [
    { accessor: 'at', title: t('admin_loyalty:statement.at'), noWrap: true, render: ({ at }) => <RelativeTime at={at} /> },
    {
      accessor: 'actor',
      title: t('audit.actor'),
      noWrap: true,
      render: ({ actor }) =>
        actor ? (
          <LinkText to="/admin/members/$handle" params={{ handle: actor }} size="sm">
            {actor}
          </LinkText>
        ) : (
          t('audit.operator')
        ),
    },
    { accessor: 'action', title: t('audit.what'), width: 300, render: (entry) => <ActionCell entry={entry} /> },
    { accessor: 'detail', title: t('audit.detail'), width: 300, render: (entry) => <AuditDetail entry={entry} /> },
  ];
  return <DataTable label={t('admin:nav.audit_log')} query={query} columns={columns} filters={filters} actions={actions} />;
}

function ActionCell({ entry: { action, reason, subject_kind, subject_id, subject_name } }: { entry: AuditView }) {
  const { t } = useTranslation('admin_system');
  return (
    <>
      <Text size="sm" fw={500}>
        {isKnown(action) ? t(`audit.did.${action}`) : action.replaceAll('_', ' ')}
      </Text>
      {subject_name && <Text size="sm">{subject_name}</Text>}
      {reason && (
        <Text size="sm" c="dimmed">
          {reason}
        </Text>
      )}
      <LinkText to="/admin/audit-log" search={{ subject: subject_id }} size="xs">
        {t(isSubject(subject_kind) ? `audit.about.${subject_kind}` : 'audit.about.other')}
      </LinkText>
    </>
  );
}
