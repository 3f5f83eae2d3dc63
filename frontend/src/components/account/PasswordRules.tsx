import { Group, List, Text, VisuallyHidden } from '@mantine/core';
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './PasswordRules.module.css';
import { PASSWORD_CHARS_MIN, passwordRules } from './passwordRules';

/** What a password must be, ticked off while it is typed. */
export function PasswordRules({ id, password, ownWords }: { id: string; password: string; ownWords: string[] }) {
  const { t } = useTranslation('account');
  return (
    <List id={id} listStyleType="none" spacing={2} size="sm">
      {passwordRules(password, ownWords).map(([rule, met]) => (
        <List.Item key={rule}>
          <Group gap={6} wrap="nowrap" align="flex-start" c={met ? 'var(--good)' : 'dimmed'}>
            {met ? (
              <IconCircleCheckFilled size={16} className={classes.tick} aria-hidden />
            ) : (
              <IconCircle size={16} className={classes.tick} aria-hidden />
            )}
            <Text size="sm">
              {t(`password.rule.${rule}`, { count: PASSWORD_CHARS_MIN })}
              <VisuallyHidden> {t(met ? 'password.met' : 'password.missing')}</VisuallyHidden>
            </Text>
          </Group>
        </List.Item>
      ))}
    </List>
  );
}
