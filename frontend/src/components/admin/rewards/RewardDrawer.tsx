import { Stack } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import type { CatalogueReward } from '@regulars/client';
import { createRewardMutation, editRewardMutation, getSiteOptions } from '@regulars/client/react-query';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { SideDialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { EditConflict } from '~/components/EditConflict';
import { showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { useEditForm, type Version } from '~/useEditForm';
import { useWrite } from '~/useWrite';
import { RewardFields } from './RewardFields';
import { creationOf, editOf, hasAmount, type RewardValues, valuesOf } from './rewardForm';

/** Makes a reward, or edits one; `read` asks the server for it after somebody else changed it. */
export function RewardDrawer({
  item,
  opened,
  onClose,
  read,
}: {
  item?: CatalogueReward;
  opened: boolean;
  onClose: () => void;
  read: () => Promise<CatalogueReward | undefined>;
}) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  return (
    <SideDialog
      opened={opened}
      onClose={onClose}
      size="lg"
      title={item ? t('reward.edit', { name: item.reward.name }) : t('reward.create')}
    >
      <RewardForm key={item?.reward.id ?? 'new'} item={item} onClose={onClose} read={read} />
    </SideDialog>
  );
}

type FormProps = Omit<Parameters<typeof RewardDrawer>[0], 'opened'>;

function RewardForm({ item, onClose, read }: FormProps) {
  const { t } = useTranslation(['admin', 'admin_loyalty', 'common']);
  const queries = useQueryClient();
  const { data: site } = useQuery(getSiteOptions());
  const versionOf = (known?: CatalogueReward): Version<RewardValues> => ({
    version: known ? `"${known.version}"` : '',
    values: valuesOf(known, site?.currency),
  });
  const edit = useEditForm<RewardValues>({
    draft: item ? `edit.reward.${item.reward.id}` : 'reward',
    now: versionOf(item),
    read: async () => {
      const latest = await read();
      return latest && versionOf(latest);
    },
    validate: {
      name: isNotEmpty(t('needed')),
      price_points: isNotEmpty(t('needed')),
      face_value: (value, { kind }) => (value === '' && (hasAmount(kind) || kind === 'percentage_coupon') ? t('needed') : null),
      available_until: (until, { available_from }) => (until && available_from && until <= available_from ? t('until_after_from') : null),
    },
  });
  const { form, begun } = edit;
  const done = (message: string) => {
    edit.discard();
    invalidate(queries, 'rewards');
    showSuccess(message);
    onClose();
  };
  const create = useWrite({ ...createRewardMutation(), onSuccess: () => done(t('admin_loyalty:reward.created')), onError: edit.refused });
  const change = useWrite({ ...editRewardMutation(), onSuccess: () => done(t('admin_loyalty:reward.saved')), onError: edit.refused });

  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) =>
        item
          ? change.mutate({ path: { reward_id: item.reward.id }, headers: { 'If-Match': begun.version }, body: editOf(values) })
          : create.mutate({ body: creationOf(values) }),
      )}
    >
      <Stack>
        <RewardFields form={form} isNew={!item} siteCurrency={site?.currency} />
        <EditConflict edit={edit} texts={{ name: t('name'), description: t('admin_loyalty:reward.description') }} />
        <DialogButtons onCancel={onClose} loading={create.isPending || change.isPending}>
          {item ? t('common:save') : t('admin_loyalty:reward.create')}
        </DialogButtons>
      </Stack>
    </form>
  );
}
