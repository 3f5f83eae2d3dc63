import { Drawer, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { CatalogueReward } from '@regulars/client';
import { createRewardMutation, editRewardMutation, getSiteOptions } from '@regulars/client/react-query';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { DialogButtons } from '~/components/DialogButtons';
import { showDone, showProblem } from '~/forms';
import { useWrite } from '~/write';
import { Conflict, isConflict } from '../Conflict';
import { forget } from '../lists';
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
  const { t } = useTranslation(['programme', 'common']);
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={item ? t('reward.edit', { name: item.reward.name }) : t('reward.create')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <RewardForm key={item ? `${item.reward.id} ${item.version}` : 'new'} item={item} onClose={onClose} onReload={onReload} />
    </Drawer>
  );
}

function RewardForm({ item, onClose, onReload }: { item?: CatalogueReward; onClose: () => void; onReload: () => void }) {
  const { t } = useTranslation(['programme', 'common']);
  const queries = useQueryClient();
  const { data: site } = useQuery(getSiteOptions());
  const form = useForm<RewardValues>({
    initialValues: valuesOf(item, site?.currency),
    validate: {
      name: (name) => (name.trim() ? null : t('needed')),
      price_points: (points) => (points === '' ? t('needed') : null),
      face_value: (value, { kind }) => (value === '' && (hasAmount(kind) || kind === 'percentage_coupon') ? t('needed') : null),
      available_until: (until, { available_from }) => (until && available_from && until <= available_from ? t('until_after_from') : null),
    },
  });
  const done = (message: string) => {
    forget(queries, 'listAllRewards', 'listRewards', 'getReward');
    showDone(message);
    onClose();
  };
  const refused = (error: unknown) => {
    if (!isConflict(error)) showProblem(error, form);
  };
  const create = useWrite({ ...createRewardMutation(), onSuccess: () => done(t('reward.created')), onError: refused });
  const edit = useWrite({ ...editRewardMutation(), onSuccess: () => done(t('reward.saved')), onError: refused });

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
          {item ? t('common:save') : t('reward.create')}
        </DialogButtons>
      </Stack>
    </form>
  );
}
