import { Button, Code, CopyButton, Group, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** A code to be shown or copied. */
export function CodeBox({ code }: { code: string }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs">
      <Code fz="md" px="sm" py={6} fw={600} style={{ letterSpacing: '0.06em' }}>
        {code}
      </Code>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <>
            <Button variant="default" size="xs" onClick={copy} leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}>
              {copied ? t('copied') : t('copy')}
            </Button>
            <VisuallyHidden role="status">{copied ? t('copied') : ''}</VisuallyHidden>
          </>
        )}
      </CopyButton>
    </Group>
  );
}
