import { Button, Card, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import classes from './DataTable.module.css';

/** What is chosen and what can be done with it; there before anything is chosen, so that it is read out. */
export function SelectionBar({ count, bar, onClear }: { count: number; bar: ReactNode; onClear: () => void }) {
  const { t } = useTranslation('admin');
  return (
    <div role="status">
      {count > 0 && (
        <Card padding="xs" className={classes.bar}>
          <Group gap="sm">
            <Text size="sm" fw={600}>
              {t('table.selected', { count, formatted: number(count) })}
            </Text>
            {bar}
            <Button size="xs" variant="subtle" onClick={onClear}>
              {t('table.clear')}
            </Button>
          </Group>
        </Card>
      )}
    </div>
  );
}
