import { Radio, Stack, Text } from '@mantine/core';
import { mergeMembers, previewMerge } from '@regulars/client';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Loading, Problem } from '~/components/LoadState';
import { useDraftForm } from '~/useDraftForm';
import { MemberActionDialog } from './MemberActionDialog';
import { MemberSelect } from './MemberSelect';
import { MergeOutcome } from './MergeOutcome';
import type { MemberDetails } from './memberDetails';
import { mergeRefusal } from './mergeRefusal';

const STAYS = ['this', 'other'] as const;

/** Makes two members of one person one: which of them, what that comes to, and why. */
export function MergeDialog({ member: { profile, customer }, onClose }: { member: MemberDetails; onClose: () => void }) {
  const { t } = useTranslation('admin_community');
  const navigate = useNavigate();
  const form = useDraftForm(`merge.${profile.handle}`, {
    // Who has no account goes.
    initialValues: { other: '', stays: (customer?.email ? 'this' : 'other') as (typeof STAYS)[number], reason: '' },
  });
  const { other, stays } = form.values;
  const path = { handle: profile.handle };
  const pair = stays === 'this' ? { from: other } : { into: other };
  const preview = useQuery({
    queryKey: ['previewMerge', path, pair],
    queryFn: async ({ signal }) => (await previewMerge({ path, body: pair, signal, throwOnError: true })).data,
    enabled: other !== '',
    // It shows what would be now, and asking is work.
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <MemberActionDialog
      title={t('merge.title', { name: profile.display_name })}
      size="lg"
      form={form}
      submit={t('merge.do')}
      danger
      disabled={!preview.isSuccess}
      onClose={onClose}
      action={async ({ reason }) => {
        try {
          const { data } = await mergeMembers({ path, body: { ...pair, reason: reason.trim() }, throwOnError: true });
          await navigate({ to: '/admin/members/$handle', params: { handle: data.into.handle }, search: { tab: 'merges' } });
          return t('merge.done', { from: data.from.handle, into: data.into.handle });
        } catch (error) {
          throw mergeRefusal(error, t, 'merge');
        }
      }}
    >
      <MemberSelect
        data-autofocus
        label={t('merge.other')}
        required
        value={other || undefined}
        onChange={(handle) => form.setFieldValue('other', handle ?? '')}
      />
      {other !== '' && (
        <Radio.Group label={t('merge.stays')} description={t('merge.stays_hint')} {...form.getInputProps('stays')}>
          <Stack gap={6} mt={6}>
            {STAYS.map((value) => (
              <Radio key={value} value={value} label={`@${value === 'this' ? profile.handle : other}`} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Stack gap="sm" aria-live="polite" aria-busy={preview.isFetching}>
        {preview.isError && <Problem error={mergeRefusal(preview.error, t, 'merge')} retry={preview.refetch} />}
        {preview.isLoading && <Loading />}
        {preview.data && <MergeOutcome merge={preview.data} />}
        {preview.data && (
          <Text size="sm" c="dimmed">
            {t('merge.warning', { from: preview.data.from.handle, into: preview.data.into.handle })}
          </Text>
        )}
      </Stack>
    </MemberActionDialog>
  );
}
