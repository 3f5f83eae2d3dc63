import { ActionIcon, Button, Card, Group, Stack, Text, ThemeIcon, Title, Tooltip } from '@mantine/core';
import type { TierView } from '@regulars/client';
import { deleteTierMutation, listAllTiersOptions } from '@regulars/client/react-query';
import { IconPencil, IconPlus, IconRosetteDiscountCheck, IconTrash } from '@tabler/icons-react';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { ConfirmByName } from '~/components/admin/ConfirmByName';
import { Conflict } from '~/components/admin/Conflict';
import { TierChangePreview } from '~/components/admin/tiers/TierChangePreview';
import { TierDrawer } from '~/components/admin/tiers/TierDrawer';
import { PageHeader } from '~/components/PageHeader';
import { number } from '~/format';
import { showProblem, showSuccess } from '~/forms';
import { loadNamespaces } from '~/i18n';
import { invalidate } from '~/invalidate';
import { isConflict } from '~/useEditForm';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/admin/tiers')({
  beforeLoad: administratorsOnly,
  loader: ({ context: { queries } }) => Promise.all([loadNamespaces('admin_loyalty'), queries.ensureQueryData(listAllTiersOptions())]),
  component: Tiers,
});

function Tiers() {
  const { t } = useTranslation('admin_loyalty');
  const queries = useQueryClient();
  const list = useSuspenseQuery(listAllTiersOptions());
  const [drawer, setDrawer] = useState<{ opened: boolean; tier?: TierView }>({ opened: false });
  const [deleting, setDeleting] = useState<TierView>();
  const tiers = list.data.items;
  const remove = useWrite({
    ...deleteTierMutation(),
    onSuccess: () => {
      setDeleting(undefined);
      invalidate(queries, 'tiers');
      showSuccess(t('tier.deleted'));
    },
    onError: (error) => {
      setDeleting(undefined);
      if (!isConflict(error)) showProblem(error);
    },
  });
  const reload = () => {
    remove.reset();
    list.refetch();
  };
  return (
    <>
      <PageHeader title={t('tier.title')} description={t('tier.intro')}>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setDrawer({ opened: true })}>
          {t('tier.create')}
        </Button>
      </PageHeader>
      <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
        {[...tiers].reverse().map((tier) => (
          <li key={tier.tier_id}>
            <TierRow tier={tier} onEdit={() => setDrawer({ opened: true, tier })} onDelete={() => setDeleting(tier)} />
          </li>
        ))}
      </Stack>
      <Conflict error={remove.error} reload={reload} />
      <TierDrawer
        {...drawer}
        tiers={tiers}
        onClose={() => setDrawer((before) => ({ ...before, opened: false }))}
        read={async () => (await list.refetch()).data?.items.find(({ tier_id }) => tier_id === drawer.tier?.tier_id)}
      />
      <ConfirmByName
        opened={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title={t('tier.delete_title', { name: deleting?.name ?? '' })}
        name={deleting?.name ?? ''}
        action={t('tier.delete')}
        loading={remove.isPending}
        onConfirm={() =>
          deleting && remove.mutate({ path: { tier_id: deleting.tier_id }, headers: { 'If-Match': `"${deleting.version}"` } })
        }
      >
        <Text size="sm">{t('tier.delete_help')}</Text>
        {deleting && <TierChangePreview change={{ without: deleting.rank }} tiers={tiers} />}
      </ConfirmByName>
    </>
  );
}

function TierRow({ tier, onEdit, onDelete }: { tier: TierView; onEdit: () => void; onDelete: () => void }) {
  const { t } = useTranslation('admin_loyalty');
  const { name, rank, threshold, members, benefits } = tier;
  return (
    <Card>
      <Group wrap="nowrap" align="flex-start">
        <ThemeIcon variant="light" size={40} radius="xl" aria-hidden>
          <IconRosetteDiscountCheck size={22} />
        </ThemeIcon>
        <Stack gap={4} flex={1} miw={0}>
          <Group justify="space-between" gap="xs">
            <Title order={2} size="h4">
              {name}
            </Title>
            <Text size="sm" c="dimmed">
              {t('tier.rank_number', { rank })}
            </Text>
          </Group>
          <Text size="sm">
            {rank === 0 ? t('tier.ground') : t('tier.reached_at', { count: threshold, formatted: number(threshold) })}
            {members !== undefined && ` · ${t('tier.members', { count: members, formatted: number(members) })}`}
          </Text>
          <Text size="sm" c={benefits ? undefined : 'dimmed'} style={{ whiteSpace: 'pre-line' }}>
            {benefits || t('tier.no_benefits')}
          </Text>
        </Stack>
        <Group gap={4} wrap="nowrap">
          <Tooltip label={t('tier.edit', { name })}>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('tier.edit', { name })} onClick={onEdit}>
              <IconPencil size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
          {rank > 0 && (
            <Tooltip label={t('tier.delete_one', { name })}>
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('tier.delete_one', { name })} onClick={onDelete}>
                <IconTrash size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Group>
    </Card>
  );
}
