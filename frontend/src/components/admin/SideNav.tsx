import { Badge, Box, Button, Drawer, NavLink as MantineNavLink, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Me } from '@regulars/client';
import { listReviewItemsOptions } from '@regulars/client/react-query';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { isAdministrator } from '~/session';
import { NAVIGATION, type NavItem, StaffIcon } from './navigation';
import classes from './SideNav.module.css';

const COUNTED = 20;

/** Links to the pages of the staff area: beside the page, on a phone in a drawer. */
export function SideNav({ me }: { me: Me }) {
  const { t } = useTranslation(['admin', 'common']);
  const [opened, drawer] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: closes whenever another page is opened
  useEffect(() => drawer.close(), [path]);
  const here = NAVIGATION.flatMap(({ items }) => items).find(({ to }) => path.startsWith(to));
  return (
    <>
      <Button
        hiddenFrom="md"
        variant="default"
        mb="md"
        onClick={drawer.open}
        aria-haspopup="dialog"
        leftSection={here ? <here.icon size={18} aria-hidden /> : <StaffIcon size={18} aria-hidden />}
        rightSection={<IconChevronDown size={16} aria-hidden />}
      >
        {here ? t(`nav.${here.name}`) : t('nav.label')}
      </Button>
      <Drawer
        opened={opened}
        onClose={drawer.close}
        title={t('nav.label')}
        hiddenFrom="md"
        size="xs"
        closeButtonProps={{ 'aria-label': t('common:close') }}
      >
        <NavSections me={me} />
      </Drawer>
      <Box className={classes.side} visibleFrom="md">
        <NavSections me={me} />
      </Box>
    </>
  );
}

function NavSections({ me }: { me: Me }) {
  const { t } = useTranslation('admin');
  const visible = ({ moderators }: NavItem) => moderators || isAdministrator(me);
  return (
    <Stack component="nav" gap="md" aria-label={t('nav.label')}>
      {NAVIGATION.filter(({ items }) => items.some(visible)).map(({ section, items }) => (
        <div key={section}>
          <Text size="xs" fw={600} c="dimmed" px="sm" mb={4}>
            {t(`section.${section}`)}
          </Text>
          {items.filter(visible).map((item) => (
            <NavItemLink key={item.to} item={item} />
          ))}
        </div>
      ))}
    </Stack>
  );
}

function NavItemLink({ item: { to, name, icon: Image } }: { item: NavItem }) {
  const { t } = useTranslation('admin');
  return (
    <MantineNavLink
      component={Link}
      to={to}
      className={classes.item}
      label={t(`nav.${name}`)}
      leftSection={<Image size={18} stroke={1.75} aria-hidden />}
      rightSection={name === 'review' ? <OpenItems /> : undefined}
    />
  );
}

/** How many review items wait; more than a page is only said to be more. */
function OpenItems() {
  const { t } = useTranslation('admin');
  const { data } = useQuery({ ...listReviewItemsOptions({ query: { limit: COUNTED } }), refetchInterval: 60_000 });
  if (!data?.items.length) return null;
  const count = data.items.length;
  const formatted = data.next_cursor ? `${count}+` : String(count);
  return (
    <Badge size="sm" variant="filled" aria-label={t('open_items', { count, formatted })}>
      {formatted}
    </Badge>
  );
}
