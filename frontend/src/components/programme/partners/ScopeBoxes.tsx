import { Checkbox, type CheckboxGroupProps, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SCOPES, wordOf } from './scopes';

/** What a key may do, to be ticked. */
export function ScopeBoxes(props: Omit<CheckboxGroupProps, 'children'>) {
  const { t } = useTranslation('programme');
  return (
    <Checkbox.Group label={t('key.scopes')} description={t('key.scopes_help')} required {...props}>
      <Stack gap="sm" mt="xs">
        {SCOPES.map((scope) => (
          <Checkbox key={scope} value={scope} label={t(`key.scope.${wordOf(scope)}`)} description={t(`key.scope_help.${wordOf(scope)}`)} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
