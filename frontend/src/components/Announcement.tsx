import { Card, CloseButton, Group, ThemeIcon } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconSpeakerphone } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useSite } from '~/site';
import { Prose } from './Prose';

/** What the administrators want everybody to know, until one has put it away; a changed one comes back. */
export function Announcement() {
  const { t } = useTranslation();
  const { welcome_html } = useSite();
  const [seen, see] = useLocalStorage({ key: 'regulars.announcement-seen', defaultValue: '', getInitialValueInEffect: false });
  if (!welcome_html || seen === welcome_html) return null;
  return (
    <Card component="section" aria-label={t('announcement')} mb="lg">
      <Group align="flex-start" wrap="nowrap" gap="md">
        <ThemeIcon variant="light" size={38} radius="md" aria-hidden>
          <IconSpeakerphone size={22} stroke={1.6} />
        </ThemeIcon>
        <Prose html={welcome_html} flex={1} miw={0} pt={5} />
        <CloseButton
          aria-label={t('announcement_close')}
          onClick={() => {
            see(welcome_html);
            document.querySelector<HTMLElement>('#main')?.focus();
          }}
        />
      </Group>
    </Card>
  );
}
