import { SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import type { TierView } from '@regulars/client';
import { createTierMutation, editTierMutation } from '@regulars/client/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { SideDialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { EditConflict } from '~/components/EditConflict';
import { showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { useEditForm, type Version } from '~/useEditForm';
import { useWrite } from '~/useWrite';
import { IntegerInput, type NumberOrEmpty } from '../inputs';
import { TierChangePreview } from './TierChangePreview';

interface Props {
  tier?: TierView;
  tiers: TierView[];
  opened: boolean;
  onClose: () => void;
  /** Asks the server how the tier is now. */
  read: () => Promise<TierView | undefined>;
}

/** Makes a step of the ladder, or changes one; shows who would move before it is saved. */
export function TierDrawer(props: Props) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  const { tier, opened, onClose } = props;
  return (
    <SideDialog opened={opened} onClose={onClose} size="md" title={tier ? t('tier.edit', { name: tier.name }) : t('tier.create')}>
      <TierForm key={tier?.tier_id ?? 'new'} {...props} />
    </SideDialog>
  );
}

/** The next rank leaves room for tiers in between. */
const nextRank = (tiers: TierView[]) => Math.max(0, ...tiers.map(({ rank }) => rank)) + 10;

interface Values {
  name: string;
  rank: NumberOrEmpty;
  threshold: NumberOrEmpty;
  benefits: string;
}

function TierForm({ tier, tiers, onClose, read }: Props) {
  const { t } = useTranslation(['admin_loyalty', 'admin', 'common']);
  const queries = useQueryClient();
  const versionOf = (known?: TierView): Version<Values> => ({
    version: known ? `"${known.version}"` : '',
    values: {
      name: known?.name ?? '',
      rank: known?.rank ?? nextRank(tiers),
      threshold: known?.threshold ?? '',
      benefits: known?.benefits ?? '',
    },
  });
  const edit = useEditForm<Values>({
    draft: tier ? `edit.tier.${tier.tier_id}` : 'tier',
    now: versionOf(tier),
    read: async () => {
      const latest = await read();
      return latest && versionOf(latest);
    },
    validate: {
      name: isNotEmpty(t('admin:needed')),
      rank: isNotEmpty(t('admin:needed')),
      threshold: isNotEmpty(t('admin:needed')),
    },
  });
  const { form, begun } = edit;
  const [{ rank, threshold, name }] = useDebouncedValue(form.values, 300);
  const moving = rank !== '' && rank > 0 && threshold !== '' && threshold !== tier?.threshold;
  const write = {
    onSuccess: () => {
      edit.discard();
      invalidate(queries, 'tiers');
      showSuccess(t('tier.saved'));
      onClose();
    },
    onError: edit.refused,
  };
  const create = useWrite({ ...createTierMutation(), ...write });
  const change = useWrite({ ...editTierMutation(), ...write });
  const ground = tier?.rank === 0;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        const body = { name: values.name, benefits: values.benefits, threshold: Number(values.threshold) };
        if (tier) change.mutate({ path: { tier_id: tier.tier_id }, headers: { 'If-Match': begun.version }, body });
        else create.mutate({ body: { ...body, rank: Number(values.rank) } });
      })}
    >
      <Stack>
        <TextInput label={t('admin:name')} required maxLength={60} data-autofocus {...form.getInputProps('name')} />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <IntegerInput
            label={t('tier.threshold')}
            description={t(ground ? 'tier.threshold_ground' : 'tier.threshold_help')}
            required
            disabled={ground}
            min={0}
            {...form.getInputProps('threshold')}
          />
          <IntegerInput
            label={t('tier.rank')}
            description={t(tier ? 'tier.rank_stays' : 'tier.rank_help')}
            required
            disabled={tier !== undefined}
            min={1}
            max={100}
            {...form.getInputProps('rank')}
          />
        </SimpleGrid>
        <Textarea
          label={t('tier.benefits')}
          description={t('tier.benefits_help')}
          autosize
          minRows={4}
          {...form.getInputProps('benefits')}
        />
        {moving && <TierChangePreview change={{ rank, threshold }} tiers={tiers} newName={name} />}
        {tier && !ground && <Text size="sm">{t('tier.edit_effect')}</Text>}
        <EditConflict edit={edit} texts={{ name: t('admin:name'), benefits: t('tier.benefits') }} />
        <DialogButtons onCancel={onClose} loading={create.isPending || change.isPending}>
          {t(tier ? 'common:save' : 'tier.create')}
        </DialogButtons>
      </Stack>
    </form>
  );
}
