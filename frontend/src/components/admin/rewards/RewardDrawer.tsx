import { Stack } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import type { CatalogueReward } from '@regulars/client';
import { createRewardMutation, editRewardMutation, getSiteOptions } from '@regulars/client/react-query';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { SideDialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { showProblem, showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { useWrite } from '~/useWrite';
import { Conflict, isConflict } from '../Conflict';
import { RewardFields } from './RewardFields';
import { creationOf, editOf, hasAmount, type RewardValues, valuesOf } from './rewardForm';

/** Makes a reward, or edits one; `latest` fetches it anew after somebody else changed it. */
export function RewardDrawer({
  item,
  opened,
  onClose,
  onReload,
}: {
  item?: CatalogueReward;
  opened: boolean;
  onClose: () => void;
  onReload: () => void;
}) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  return (
    <SideDialog
      opened={opened}
      onClose={onClose}
      size="lg"
      title={item ? t('reward.edit', { name: item.reward.name }) : t('reward.create')}
    >
      <RewardForm key={item ? `${item.reward.id} ${item.version}` : 'new'} item={item} onClose={onClose} onReload={onReload} />
    </SideDialog>
  );
}

function RewardForm({ item, onClose, onReload }: { item?: CatalogueReward; onClose: () => void; onReload: () => void }) {
  const { t } = useTranslation(['admin', 'admin_loyalty', 'common']);
  const queries = useQueryClient();
  const { data: site } = useQuery(getSiteOptions());
  const form = useForm<RewardValues>({
    initialValues: valuesOf(item, site?.currency),
    validate: {
      name: isNotEmpty(t('needed')),
      price_points: isNotEmpty(t('needed')),
      face_value: (value, { kind }) => (value === '' && (hasAmount(kind) || kind === 'percentage_coupon') ? t('needed') : null),
      available_until: (until, { available_from }) => (until && available_from && until <= available_from ? t('until_after_from') : null),
    },
  });
  const done = (message: string) => {
    invalidate(queries, 'rewards');
    showSuccess(message);
    onClose();
  };
  const refused = (error: unknown) => {
    if (!isConflict(error)) showProblem(error, form);
  };
  const create = useWrite({ ...createRewardMutation(), onSuccess: () => done(t('admin_loyalty:reward.created')), onError: refused });
  const edit = useWrite({ ...editRewardMutation(), onSuccess: () => done(t('admin_loyalty:reward.saved')), onError: refused });

  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) =>
        item
          ? edit.mutate({ path: { reward_id: item.reward.id }, headers: { 'If-Match': `"${item.version}"` }, body: editOf(values) })
          : create.mutate({ body: creationOf(values) }),
      )}
    >
      <Stack>
        <RewardFields form={form} isNew={!item} siteCurrency={site?.currency} />
        <Conflict error={edit.error} reload={onReload} />
        <DialogButtons onCancel={onClose} loading={create.isPending || edit.isPending}>
          {item ? t('common:save') : t('admin_loyalty:reward.create')}
        </DialogButtons>
      </Stack>
    </form>
  );
}
