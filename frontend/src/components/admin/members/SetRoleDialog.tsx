import { Radio, Stack } from '@mantine/core';
import { type Role, setMemberRole } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { useDraftForm } from '~/useDraftForm';
import { MemberActionDialog } from './MemberActionDialog';
import type { MemberDetails } from './memberDetails';

const ROLES: Role[] = ['member', 'moderator', 'administrator'];

/** Makes somebody staff, or no longer. */
export function SetRoleDialog({ profile, onClose }: { profile: MemberDetails['profile']; onClose: () => void }) {
  const { t } = useTranslation(['admin_community', 'common']);
  const form = useDraftForm(`role.${profile.handle}`, { initialValues: { role: profile.role, reason: '' } });
  return (
    <MemberActionDialog
      title={t('member.set_role_of', { name: profile.display_name })}
      form={form}
      submit={t('common:save')}
      onClose={onClose}
      action={async ({ role, reason }) => {
        await setMemberRole({ path: { handle: profile.handle }, body: { role, reason: reason.trim() }, throwOnError: true });
        return t('member.role_set', { name: profile.display_name, role: t(`common:role.${role}`) });
      }}
    >
      <Radio.Group label={t('members.role')} {...form.getInputProps('role')}>
        <Stack gap="xs" mt={6}>
          {ROLES.map((role) => (
            <Radio key={role} value={role} label={t(`common:role.${role}`)} description={t(`member.role_may.${role}`)} />
          ))}
        </Stack>
      </Radio.Group>
    </MemberActionDialog>
  );
}
