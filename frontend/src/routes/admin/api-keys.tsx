import { Badge, Button, Code, Group, Select, Stack, Text } from '@mantine/core';
import { type ApiKeyView, listApiKeys } from '@regulars/client';
import { listApiKeysOptions, listPartnersOptions, revokeApiKeyMutation } from '@regulars/client/react-query';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onArrival } from '~/components/admin/arrival';
import { CsvButton } from '~/components/admin/CsvButton';
import { type Column, DataTable } from '~/components/admin/DataTable';
import { administratorsOnly } from '~/components/admin/guard';
import { PageHead } from '~/components/PageHead';
import { forget } from '~/components/programme/lists';
import { EditKeyModal } from '~/components/programme/partners/EditKeyModal';
import { KeyDrawer } from '~/components/programme/partners/KeyDrawer';
import { RotateModal } from '~/components/programme/partners/RotateModal';
import { wordOf } from '~/components/programme/partners/scopes';
import { StateBadge } from '~/components/programme/StateBadge';
import { TypedConfirm } from '~/components/programme/TypedConfirm';
import { Empty } from '~/components/states';
import { When } from '~/components/When';
import { dateTime } from '~/format';
import { showDone, showProblem } from '~/forms';
import { words } from '~/i18n';
import { useWrite } from '~/write';

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

export const Route = createFileRoute('/admin/api-keys')({
  beforeLoad: administratorsOnly,
  validateSearch: (search: Record<string, unknown>): { partner?: string; cursor?: string } => ({
    partner: text(search.partner),
    cursor: text(search.cursor),
  }),
  loaderDeps: ({ search: { partner, cursor } }) => ({ partner_id: partner, cursor }),
  loader: ({ context: { queries }, deps, cause }) =>
    onArrival(cause, Promise.all([words('programme', 'admin'), queries.ensureQueryData(listApiKeysOptions({ query: deps }))])),
  component: ApiKeys,
});

function ApiKeys() {
  const { t } = useTranslation('programme');
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
      forget(queries, 'listApiKeys');
      showDone(t('key.revoked_done'));
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
            <Badge key={scope} variant="default" size="sm" fw={500} title={t(`key.scope_help.${wordOf(scope)}`)}>
              {t(`key.scope.${wordOf(scope)}`)}
            </Badge>
          ))}
        </Group>
      ),
    },
    { accessor: 'in_use', title: t('state'), render: (key) => <Standing apiKey={key} /> },
    {
      accessor: 'last_used_at',
      title: t('key.last_used'),
      noWrap: true,
      render: ({ last_used_at }) => (last_used_at ? <When at={last_used_at} /> : t('key.never_used')),
    },
    {
      accessor: 'actions',
      title: t('actions'),
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
      <PageHead title={t('key.title')} description={t('key.intro')}>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
          {t('key.create')}
        </Button>
      </PageHead>
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
      <KeyDrawer key={partner} opened={creating} partner={partner} onClose={() => setCreating(false)} />
      {editing && <EditKeyModal key={editing.id} apiKey={editing} onClose={() => setEditing(undefined)} />}
      <RotateModal apiKey={rotating} onClose={() => setRotating(undefined)} />
      <TypedConfirm
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
            {t('key.last_used')}: <When at={revoking.last_used_at} />
          </Text>
        )}
      </TypedConfirm>
    </>
  );
}

function Standing({ apiKey: { in_use, revoked_at, expires_at } }: { apiKey: ApiKeyView }) {
  const { t } = useTranslation('programme');
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
