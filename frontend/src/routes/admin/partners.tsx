import { Button, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import { listPartners, type PartnerView } from '@regulars/client';
import { createPartnerMutation, editPartnerMutation, listPartnersOptions } from '@regulars/client/react-query';
import { IconBuildingStore, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { CsvButton } from '~/components/admin/CsvButton';
import { type Column, DataTable } from '~/components/admin/DataTable';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { Empty } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { RelativeTime } from '~/components/RelativeTime';
import { showProblem, showSuccess } from '~/forms';
import { loadNamespaces } from '~/i18n';
import { invalidate } from '~/invalidate';
import { text } from '~/searchParams';
import { useDraftForm } from '~/useDraftForm';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/admin/partners')({
  beforeLoad: administratorsOnly,
  validateSearch: (search): { cursor?: string } => ({ cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(cause, Promise.all([loadNamespaces('admin_system'), queries.ensureQueryData(listPartnersOptions({ query: deps }))])),
  component: Partners,
});

function Partners() {
  const { t } = useTranslation(['admin_system', 'admin']);
  const list = useQuery({ ...listPartnersOptions({ query: Route.useSearch() }), placeholderData: keepPreviousData });
  const [modal, setModal] = useState<{ opened: boolean; partner?: PartnerView }>({ opened: false });
  const columns: Column<PartnerView>[] = [
    { accessor: 'name', title: t('admin:name'), render: ({ name }) => <Text fw={600}>{name}</Text> },
    { accessor: 'created_at', title: t('admin:created'), render: ({ created_at }) => <RelativeTime at={created_at} /> },
    {
      accessor: 'keys',
      title: t('key.title'),
      render: ({ id, name }) => (
        <LinkText to="/admin/api-keys" search={{ partner: id }} size="sm" aria-label={t('partner.keys_of', { name })}>
          {t('partner.keys')}
        </LinkText>
      ),
    },
    {
      accessor: 'actions',
      title: t('admin:actions'),
      textAlign: 'right',
      render: (partner) => (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('partner.rename_one', { name: partner.name })}
          onClick={() => setModal({ opened: true, partner })}
        >
          {t('partner.rename')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHeader title={t('partner.title')} description={t('partner.intro')}>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setModal({ opened: true })}>
          {t('partner.create')}
        </Button>
      </PageHeader>
      <DataTable<PartnerView>
        label={t('partner.title')}
        query={list}
        columns={columns}
        actions={<CsvButton ask={listPartners} />}
        nameOf={({ name }) => name}
        empty={
          <Empty icon={IconBuildingStore} title={t('partner.none')}>
            <Text c="dimmed">{t('partner.none_detail')}</Text>
          </Empty>
        }
      />
      <PartnerModal key={modal.partner?.id} {...modal} onClose={() => setModal((before) => ({ ...before, opened: false }))} />
    </>
  );
}

/** Adds a partner, or gives one another name. */
function PartnerModal({ opened, partner, onClose }: { opened: boolean; partner?: PartnerView; onClose: () => void }) {
  const { t } = useTranslation(['admin_system', 'admin', 'common']);
  const queries = useQueryClient();
  const navigate = Route.useNavigate();
  const form = useDraftForm(partner ? `edit.partner.${partner.id}` : 'partner', {
    initialValues: { name: partner?.name ?? '' },
    validate: { name: isNotEmpty(t('admin:needed')) },
  });
  const create = useWrite({
    ...createPartnerMutation(),
    onSuccess: ({ id }) => {
      invalidate(queries, 'partners');
      showSuccess(t('partner.created'));
      navigate({ to: '/admin/api-keys', search: { partner: id } });
    },
    onError: (error) => showProblem(error, form),
  });
  const rename = useWrite({
    ...editPartnerMutation(),
    onSuccess: () => {
      invalidate(queries, 'partners');
      showSuccess(t('partner.renamed'));
      onClose();
    },
    onError: (error) => showProblem(error, form),
  });
  const title = partner ? t('partner.rename_one', { name: partner.name }) : t('partner.create');
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <form
        noValidate
        onSubmit={form.onSubmit((body) => (partner ? rename.mutate({ path: { partner_id: partner.id }, body }) : create.mutate({ body })))}
      >
        <Stack>
          <TextInput
            label={t('admin:name')}
            description={t(partner ? 'partner.rename_help' : 'partner.name_help')}
            required
            maxLength={60}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <DialogButtons onCancel={onClose} loading={create.isPending || rename.isPending}>
            {t(partner ? 'common:save' : 'partner.create')}
          </DialogButtons>
        </Stack>
      </form>
    </Dialog>
  );
}
