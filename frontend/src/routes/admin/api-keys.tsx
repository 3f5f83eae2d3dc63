import { Badge, Button, Code, Group, Select, Stack, Text } from '@mantine/core';
import { type ApiKeyView, listApiKeys } from '@regulars/client';
import { listApiKeysOptions, listPartnersOptions, revokeApiKeyMutation } from '@regulars/client/react-query';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { CreateKeyDrawer } from '~/components/admin/api-keys/CreateKeyDrawer';
import { EditKeyDialog } from '~/components/admin/api-keys/EditKeyDialog';
import { RotateKeyDialog } from '~/components/admin/api-keys/RotateKeyDialog';
import { scopeKey } from '~/components/admin/api-keys/scopes';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { ConfirmByName } from '~/components/admin/ConfirmByName';
import { CsvButton } from '~/components/admin/CsvButton';
import { type Column, DataTable } from '~/components/admin/DataTable';
import { StateBadge } from '~/components/admin/StateBadge';
import { Empty } from '~/components/LoadState';
import { PageHeader } from '~/components/PageHeader';
import { RelativeTime } from '~/components/RelativeTime';
import { dateTime } from '~/format';
import { showProblem, showSuccess } from '~/forms';
import { loadNamespaces } from '~/i18n';
import { invalidate } from '~/invalidate';
import { text } from '~/searchParams';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/admin/api-keys')({
  beforeLoad: administratorsOnly,
  validateSearch: (search: Record<string, unknown>): { partner?: string; cursor?: string } => ({
    partner: text(search.partner),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search: { partner, cursor } }) => ({ partner_id: partner, cursor }),
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(cause, Promise.all([loadNamespaces('admin_system'), queries.ensureQueryData(listApiKeysOptions({ query: deps }))])),
  component: ApiKeys,
});

function ApiKeys() {
  const { t } = useTranslation(['admin_system', 'admin']);
  const { partner, cursor } = Route.useSearch();
  const navigate = Route.useNavigate();
  const queries = useQueryClient();
  const list = useQuery({ ...listApiKeysOptions({ query: { partner_id: partner, cursor } }), placeholderData: keepPreviousData });
  const partners = useQuery(listPartnersOptions({ query: { limit: 100 } }));
  const [creating, setCreating] = useState(false);
  const [editing, setEditing] = useState<ApiKeyView>();
  const [rotating, setRotating] = useState<ApiKeyView>();
  const [revoking, setRevoking] = useState<ApiKeyView>();
  const revoke = useWrite({
    ...revokeApiKeyMutation(),
    onSuccess: () => {
      setRevoking(undefined);
      invalidate(queries, 'api_keys');
      showSuccess(t('key.revoked_done'));
    },
    onError: (error) => showProblem(error),
  });
  const columns: Column<ApiKeyView>[] = [
    {
      accessor: 'name',
      title: t('key.one'),
      width: 170,
      render: ({ name, prefix }) => (
        <Stack gap={2} align="flex-start">
          <Text size="sm" fw={600}>
            {name}
          </Text>
          <Code>{prefix}…</Code>
        </Stack>
      ),
    },
    { accessor: 'partner', title: t('partner.one') },
    {
      accessor: 'scopes',
      title: t('key.scopes'),
      width: 230,
      render: ({ scopes }) => (
        <Group gap={4}>
          {scopes.map((scope) => (
            <Badge key={scope} variant="default" size="sm" fw={500} title={t(`key.scope_help.${scopeKey(scope)}`)}>
              {t(`key.scope.${scopeKey(scope)}`)}
            </Badge>
          ))}
        </Group>
      ),
    },
    { accessor: 'in_use', title: t('admin:state'), render: (key) => <KeyStatus apiKey={key} /> },
    {
      accessor: 'last_used_at',
      title: t('key.last_used'),
      noWrap: true,
      render: ({ last_used_at }) => (last_used_at ? <RelativeTime at={last_used_at} /> : t('key.never_used')),
    },
    {
      accessor: 'actions',
      title: t('admin:actions'),
      render: (key) =>
        key.in_use && (
          <Group gap={4} wrap="nowrap">
            <Button size="compact-sm" variant="default" onClick={() => setEditing(key)} aria-label={t('key.edit_one', { name: key.name })}>
              {t('key.edit')}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setRotating(key)}
              aria-label={t('key.rotate_one', { name: key.name })}
            >
              {t('key.rotate')}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setRevoking(key)}
              aria-label={t('key.revoke_one', { name: key.name })}
            >
              {t('key.revoke')}
            </Button>
          </Group>
        ),
    },
  ];
  return (
    <>
      <PageHeader title={t('key.title')} description={t('key.intro')}>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
          {t('key.create')}
        </Button>
      </PageHeader>
      <DataTable<ApiKeyView>
        label={t('key.title')}
        query={list}
        columns={columns}
        actions={<CsvButton ask={(csv) => listApiKeys({ ...csv, query: { partner_id: partner } })} />}
        nameOf={({ name }) => name}
        filters={
          <Select
            label={t('partner.one')}
            placeholder={t('partner.all')}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': t('partner.all') }}
            value={partner ?? null}
            onChange={(next) => navigate({ search: { partner: next ?? undefined }, replace: true })}
            data={partners.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []}
          />
        }
        empty={
          <Empty icon={IconKey} title={t('key.none')}>
            <Text c="dimmed">{t('key.none_detail')}</Text>
          </Empty>
        }
      />
      <CreateKeyDrawer key={partner} opened={creating} partner={partner} onClose={() => setCreating(false)} />
      {editing && <EditKeyDialog key={editing.id} apiKey={editing} onClose={() => setEditing(undefined)} />}
      <RotateKeyDialog apiKey={rotating} onClose={() => setRotating(undefined)} />
      <ConfirmByName
        opened={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={t('key.revoke_title', { name: revoking?.name ?? '' })}
        name={revoking?.name ?? ''}
        action={t('key.revoke')}
        loading={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate({ path: { api_key_id: revoking.id } })}
      >
        <Text size="sm">{t('key.revoke_help')}</Text>
        {revoking?.last_used_at && (
          <Text size="sm">
            {t('key.last_used')}: <RelativeTime at={revoking.last_used_at} />
          </Text>
        )}
      </ConfirmByName>
    </>
  );
}

function KeyStatus({ apiKey: { in_use, revoked_at, expires_at } }: { apiKey: ApiKeyView }) {
  const { t } = useTranslation('admin_system');
  if (in_use)
    return (
      <>
        <StateBadge tone="good">{t('key.works')}</StateBadge>
        {expires_at && (
          <Text size="xs" c="dimmed">
            {t('key.works_until', { at: dateTime(expires_at) })}
          </Text>
        )}
      </>
    );
  return <StateBadge tone="over">{t(revoked_at ? 'key.revoked' : 'key.expired')}</StateBadge>;
}
