import { Checkbox, type CheckboxGroupProps, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SCOPES, scopeKey } from './scopes';

/** What a key may do, to be ticked. */
export function ScopeCheckboxes(props: Omit<CheckboxGroupProps, 'children'>) {
  const { t } = useTranslation('admin_system');
  return (
    <Checkbox.Group label={t('key.scopes')} description={t('key.scopes_help')} required {...props}>
      <Stack gap="sm" mt="xs">
        {SCOPES.map((scope) => (
          <Checkbox
            key={scope}
            value={scope}
            label={t(`key.scope.${scopeKey(scope)}`)}
            description={t(`key.scope_help.${scopeKey(scope)}`)}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
