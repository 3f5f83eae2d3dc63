import { Avatar, Group, Menu, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import type { Me } from '@regulars/client';
import { getMyPointsOptions } from '@regulars/client/react-query';
import { IconCoins, IconGift, IconLogout, IconSettings, IconShieldCheck, IconUser, IconUserPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { end } from '~/api';
import { number } from '~/format';
import { isStaff } from '~/session';

/** The way to everything that is the member's own. */
export function AccountMenu({ me }: { me: Me }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { data: points } = useQuery(getMyPointsOptions());
  const balance = points && t('points', { count: points.available, formatted: number(points.available) });
  const signOut = async () => {
    await end();
    queries.clear();
    await navigate({ to: '/' });
  };
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
        <Menu.Item leftSection={<IconUser size={16} />} component={Link} to="/members/$handle" params={{ handle: me.handle } as never}>
          {me.display_name}
        </Menu.Item>
        <Menu.Item leftSection={<IconCoins size={16} />} component={Link} to="/points">
          {t('nav.points')}
        </Menu.Item>
        <Menu.Item leftSection={<IconGift size={16} />} component={Link} to="/rewards">
          {t('nav.rewards')}
        </Menu.Item>
        <Menu.Item leftSection={<IconUserPlus size={16} />} component={Link} to="/referral">
          {t('nav.referral')}
        </Menu.Item>
        <Menu.Item leftSection={<IconSettings size={16} />} component={Link} to="/settings">
          {t('nav.settings')}
        </Menu.Item>
        {isStaff(me) && (
          <Menu.Item leftSection={<IconShieldCheck size={16} />} component={Link} to="/admin">
            {t('nav.admin')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          {t('nav.sign_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
