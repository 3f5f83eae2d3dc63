import { Radio, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type Role, setMemberRole } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { ActDialog } from './ActDialog';
import type { Subject } from './customer';

const ROLES: Role[] = ['member', 'moderator', 'administrator'];

/** Makes somebody staff, or no longer. */
export function SetRole({ who, onClose }: { who: Subject['who']; onClose: () => void }) {
  const { t } = useTranslation(['admin', 'common']);
  const form = useForm({ initialValues: { role: who.role, reason: '' } });
  return (
    <ActDialog
      title={t('member.set_role_of', { name: who.display_name })}
      form={form}
      submit={t('save', { ns: 'common' })}
      onClose={onClose}
      act={async ({ role, reason }) => {
        await setMemberRole({ path: { handle: who.handle }, body: { role, reason: reason.trim() }, throwOnError: true });
        return t('member.role_set', { name: who.display_name, role: t(`role.${role}`, { ns: 'common' }) });
      }}
    >
      <Radio.Group label={t('members.role')} {...form.getInputProps('role')}>
        <Stack gap="xs" mt={6}>
          {ROLES.map((role) => (
            <Radio key={role} value={role} label={t(`role.${role}`, { ns: 'common' })} description={t(`member.role_may.${role}`)} />
          ))}
        </Stack>
      </Radio.Group>
    </ActDialog>
  );
}
