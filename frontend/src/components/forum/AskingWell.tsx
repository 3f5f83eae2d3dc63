import { List } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SideCard } from './Side';

const ADVICE = ['search', 'one', 'tried', 'text', 'kind'] as const;

/** How a question gets a good answer. */
export function AskingWell() {
  const { t } = useTranslation('forum');
  return (
    <SideCard title={t('ask.well')}>
      <List size="sm" spacing={8}>
        {ADVICE.map((line) => (
          <List.Item key={line}>{t(`ask.advice.${line}`)}</List.Item>
        ))}
      </List>
    </SideCard>
  );
}
