import { Avatar, Group, Menu, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import type { Me } from '@regulars/client';
import { getMyPointsOptions } from '@regulars/client/react-query';
import { IconCoins, IconGift, IconLogout, IconSettings, IconShieldCheck, IconUser, IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { signOut } from '~/api';
import { number } from '~/format';
import { isStaff } from '~/session';
import { LinkItem } from './links';

/** A menu with everything that is the member's own. */
export function AccountMenu({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { data: points } = useQuery(getMyPointsOptions());
  const balance = points && t('points', { count: points.available, formatted: number(points.available) });
  return (
    <Menu position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <UnstyledButton>
          <VisuallyHidden>{t('nav.account')} </VisuallyHidden>
          <Group gap={8} wrap="nowrap">
            <Avatar name={me.display_name} color="brand" variant="filled" radius="xl" aria-hidden />
            {balance && (
              <Text size="sm" fw={600} visibleFrom="lg">
                {balance}
              </Text>
            )}
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <LinkItem leftSection={<IconUser size={16} />} to="/members/$handle" params={{ handle: me.handle }}>
          {me.display_name}
        </LinkItem>
        <LinkItem leftSection={<IconCoins size={16} />} to="/points">
          {t('nav.points')}
        </LinkItem>
        <LinkItem leftSection={<IconGift size={16} />} to="/rewards">
          {t('nav.rewards')}
        </LinkItem>
        <LinkItem leftSection={<IconUserPlus size={16} />} to="/referral">
          {t('nav.referral')}
        </LinkItem>
        <LinkItem leftSection={<IconSettings size={16} />} to="/settings">
          {t('nav.settings')}
        </LinkItem>
        {isStaff(me) && (
          <LinkItem leftSection={<IconShieldCheck size={16} />} to="/admin">
            {t('nav.admin')}
          </LinkItem>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          {t('nav.sign_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
