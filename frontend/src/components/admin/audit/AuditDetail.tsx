import { Code, Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { AuditView } from '@regulars/client';
import { IconArrowRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

type Detail = Record<string, unknown>;

/** Pairs of fields that say what was before and what came of it. */
const CHANGES = [
  ['from', 'to'],
  ['state_before', 'state_after'],
  ['by_hand_before', 'trust'],
] as const;

const isDetail = (value: unknown): value is Detail => typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** What else the log knows: before and after where something changed, and the rest on demand. */
export function AuditDetail({ entry: { detail } }: { entry: AuditView }) {
  const { t } = useTranslation('admin');
  const [opened, all] = useDisclosure(false);
  if (!isDetail(detail) || Object.keys(detail).length === 0) return <Text c="dimmed">{'–'}</Text>;
  const change = CHANGES.find(([, after]) => after in detail);
  const rest = Object.entries(detail).filter(
    ([name, value]) => !(change as readonly string[] | undefined)?.includes(name) && value !== null,
  );
  const short = rest.filter(([, value]) => typeof value !== 'object');
  return (
    <Stack gap={2}>
      {change && (
        <Group gap={6}>
          {change[0] in detail && (
            <>
              <Text size="sm" td="line-through" c="dimmed">
                {shown(detail[change[0]])}
              </Text>
              <IconArrowRight size={14} role="img" aria-label={t('audit.becomes')} />
            </>
          )}
          <Text size="sm" fw={600}>
            {shown(detail[change[1]])}
          </Text>
        </Group>
      )}
      {!change && short.length > 0 && (
        <Text size="sm" lineClamp={2}>
          {short.map(([name, value]) => `${name.replaceAll('_', ' ')}: ${shown(value)}`).join(' · ')}
        </Text>
      )}
      {(change ? rest.length > 0 : short.length < rest.length) && (
        <>
          <UnstyledButton onClick={all.toggle} aria-expanded={opened} mih={24} w="fit-content">
            <Text size="xs" c="var(--mantine-color-anchor)">
              {t(opened ? 'audit.less' : 'audit.more')}
            </Text>
          </UnstyledButton>
          <Collapse expanded={opened}>
            {opened && (
              <Code block tabIndex={0} aria-label={t('audit.detail')}>
                {JSON.stringify(Object.fromEntries(rest), null, 2)}
              </Code>
            )}
          </Collapse>
        </>
      )}
    </Stack>
  );
}
