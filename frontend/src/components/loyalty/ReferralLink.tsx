import { Button, Card, CopyButton, Group, Stack, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCopy, IconShare } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { CodeBox } from './CodeBox';

/** The link with which friends join, to be copied or shared. */
export function ReferralLink({ link, code }: { link: string; code: string }) {
  const { t } = useTranslation(['loyalty', 'common']);
  const url = new URL(link, window.location.origin).href;
  const share = { title: t('referral.share_title'), text: t('referral.share_text'), url };
  return (
    <Card p="lg">
      <Stack>
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Group align="flex-end" gap="xs">
              <TextInput
                flex="1 1 220px"
                label={t('referral.link')}
                value={url}
                readOnly
                size="md"
                onFocus={(event) => event.currentTarget.select()}
              />
              <Button size="md" onClick={copy} leftSection={copied ? <IconCheck size={18} /> : <IconCopy size={18} />}>
                {t(copied ? 'common:copied' : 'common:copy')}
              </Button>
              {typeof navigator.share === 'function' && (
                <Button
                  size="md"
                  variant="default"
                  leftSection={<IconShare size={18} />}
                  // Closing the share sheet rejects; nothing is wrong then.
                  onClick={() => navigator.share(share).catch(() => undefined)}
                >
                  {t('referral.share')}
                </Button>
              )}
              <VisuallyHidden role="status">{copied ? t('common:copied') : ''}</VisuallyHidden>
            </Group>
          )}
        </CopyButton>
        <Group gap="sm">
          <Text size="sm">{t('referral.code')}</Text>
          <CodeBox code={code} />
        </Group>
      </Stack>
    </Card>
  );
}
