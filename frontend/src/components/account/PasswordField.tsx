import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** A password field whose eye has a name and can be reached by keyboard. */
export function PasswordField(props: PasswordInputProps) {
  const { t } = useTranslation('account');
  return (
    <PasswordInput visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0, size: 28 }} maxLength={128} {...props} />
  );
}
