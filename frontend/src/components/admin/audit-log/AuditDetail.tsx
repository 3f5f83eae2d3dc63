import { Code, Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { AuditView } from '@regulars/client';
import { IconArrowRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { changedFields, changesIn, type Detail, fieldsIn, isDetail } from './detail';
import { useAuditWording } from './useAuditWording';

/** What else the log knows: before and after where something changed, and the rest on demand. */
export function AuditDetail({ entry: { detail } }: { entry: AuditView }) {
  if (!isDetail(detail) || Object.keys(detail).length === 0) return <Text c="dimmed">{'–'}</Text>;
  return <DetailFields detail={detail} />;
}

function DetailFields({ detail }: { detail: Detail }) {
  const { t } = useTranslation('admin_system');
  const words = useAuditWording();
  const [opened, all] = useDisclosure(false);
  const fields = fieldsIn(detail);
  const shown = fields.length + changedFields(detail);
  return (
    <Stack gap={2}>
      {changesIn(detail).map((change) => (
        <Group gap={6} key={change.field}>
          {change.named && <Text size="sm">{words.field(change.field)}:</Text>}
          <Text size="sm" td="line-through" c="dimmed">
            {words.value(change.field, change.before)}
          </Text>
          <IconArrowRight size={14} role="img" aria-label={t('audit.becomes')} />
          <Text size="sm" fw={600}>
            {words.value(change.field, change.after)}
          </Text>
        </Group>
      ))}
      {fields.length > 0 && (
        <Text size="sm" lineClamp={3}>
          {fields.map(([name, value]) => `${words.field(name)}: ${words.value(name, value)}`).join(' · ')}
        </Text>
      )}
      {Object.keys(detail).length > shown && (
        <>
          <UnstyledButton onClick={all.toggle} aria-expanded={opened} mih={24} w="fit-content">
            <Text size="xs" c="var(--mantine-color-anchor)">
              {t(opened ? 'audit.less' : 'audit.more')}
            </Text>
          </UnstyledButton>
          <Collapse expanded={opened}>
            {opened && (
              <Code block tabIndex={0} aria-label={t('audit.detail')}>
                {JSON.stringify(detail, null, 2)}
              </Code>
            )}
          </Collapse>
        </>
      )}
    </Stack>
  );
}
