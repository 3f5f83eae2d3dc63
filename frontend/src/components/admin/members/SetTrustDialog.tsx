import { NativeSelect } from '@mantine/core';
import { setTrust, unsetTrust } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { useDraftForm } from '~/useDraftForm';
import { MemberActionDialog } from './MemberActionDialog';

const BY_DEEDS = 'deeds';
const LEVELS = ['0', '1', '2', '3', '4'] as const;

/** Sets how far a member is trusted, or leaves it to what they do. */
export function SetTrustDialog({ handle, trust, onClose }: { handle: string; trust: number; onClose: () => void }) {
  const { t } = useTranslation(['admin_community', 'common']);
  const form = useDraftForm(`trust.${handle}`, { initialValues: { trust: String(trust), reason: '' } });
  return (
    <MemberActionDialog
      title={t('member.set_trust_of', { name: handle })}
      form={form}
      submit={t('common:save')}
      onClose={onClose}
      action={async ({ trust: level, reason }) => {
        const path = { handle };
        if (level === BY_DEEDS) await unsetTrust({ path, query: { reason: reason.trim() }, throwOnError: true });
        else await setTrust({ path, body: { trust: Number(level), reason: reason.trim() }, throwOnError: true });
        return t(level === BY_DEEDS ? 'member.trust_unset' : 'member.trust_set', { name: handle, level });
      }}
    >
      <NativeSelect
        label={t('members.trust')}
        description={t('member.trust_hint')}
        data={[
          ...LEVELS.map((level) => ({ value: level, label: t('trust.level', { level, name: t(`trust.names.${level}`) }) })),
          { value: BY_DEEDS, label: t('member.trust_by_deeds') },
        ]}
        {...form.getInputProps('trust')}
      />
    </MemberActionDialog>
  );
}
