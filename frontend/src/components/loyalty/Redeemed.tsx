import { Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { RedemptionView } from '@regulars/client';
import { IconCheck, IconHourglass } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../links';
import { CodeBox } from './CodeBox';

/** Says that a reward was redeemed: with its code, or what happens next. */
export function Redeemed({ redemption, onClose }: { redemption: RedemptionView; onClose: () => void }) {
  const { t } = useTranslation('loyalty');
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const isHeld = redemption.state === 'held';
  return (
    <Stack align="center" ta="center" py="sm">
      <ThemeIcon size={64} radius="xl" variant="light" aria-hidden>
        {isHeld ? <IconHourglass size={34} stroke={1.5} /> : <IconCheck size={34} />}
      </ThemeIcon>
      <Title order={3} ref={title} tabIndex={-1} style={{ outline: 'none' }}>
        {t(isHeld ? 'redeemed.held' : 'redeemed.done', { name: redemption.reward.name })}
      </Title>
      <Text c="dimmed">{t(isHeld ? 'redeemed.held_detail' : redemption.code ? 'redeemed.code_detail' : 'redeemed.done_detail')}</Text>
      {redemption.code && <CodeBox code={redemption.code} />}
      <Group justify="center">
        <LinkButton to="/rewards/mine" variant="default">
          {t('mine.title')}
        </LinkButton>
        <LinkButton to="/rewards" onClick={onClose} resetScroll={false}>
          {t('redeemed.back')}
        </LinkButton>
      </Group>
    </Stack>
  );
}
