import { List } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SidebarCard } from './Sidebar';

const ADVICE = ['search', 'one', 'tried', 'text', 'kind'] as const;

/** How a question gets a good answer. */
export function AskingTips() {
  const { t } = useTranslation('forum');
  return (
    <SidebarCard title={t('ask.well')}>
      <List size="sm" spacing={8}>
        {ADVICE.map((line) => (
          <List.Item key={line}>{t(`ask.advice.${line}`)}</List.Item>
        ))}
      </List>
    </SidebarCard>
  );
}
