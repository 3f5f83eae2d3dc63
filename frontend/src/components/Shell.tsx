import { Anchor, Box, Burger, Container, Drawer, Group, Kbd, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe, useSignedIn } from '~/session';
import { useSite } from '~/site';
import { AccountMenu } from './AccountMenu';
import { JoinButton } from './JoinButton';
import { LinkButton, LinkIcon, LinkText, NavLink } from './links';
import { NotificationBell } from './NotificationBell';
import { Preferences } from './Preferences';
import { SessionExpired } from './SessionExpired';
import classes from './Shell.module.css';

const NAV_LINKS = [
  ['/questions', 'questions'],
  ['/tags', 'tags'],
  ['/groups', 'groups'],
  ['/rewards', 'rewards'],
  ['/leaderboards', 'leaderboards'],
] as const;

/** Header, content, footer: what every page has. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { name } = useSite();
  const [opened, menu] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: closes whenever another page is opened
  useEffect(() => menu.close(), [path]);

  return (
    <Box className={classes.page}>
      <a href="#main" className="skip-link">
        {t('nav.skip')}
      </a>
      <header className={classes.header}>
        <Container size={1160} className={classes.bar}>
          <Burger opened={opened} onClick={menu.toggle} size="sm" hiddenFrom="md" aria-label={t('nav.menu')} aria-expanded={opened} />
          <LinkText to="/" className={classes.logo} underline="never" aria-label={name}>
            <img src="/favicon.svg" width={28} height={28} alt="" className={classes.sign} />
            <Text span fw={700} lh={1.15} lineClamp={2}>
              {name}
            </Text>
          </LinkText>
          <Group component="nav" gap={4} visibleFrom="md" wrap="nowrap" flex="none" aria-label={t('nav.main')}>
            {NAV_LINKS.map(([to, name]) => (
              <LinkText key={to} to={to} className={classes.link} underline="never" activeProps={{ 'data-active': true }}>
                {t(`nav.${name}`)}
              </LinkText>
            ))}
          </Group>
          <SearchBox />
          <HeaderActions />
        </Container>
      </header>

      <Drawer
        opened={opened}
        onClose={menu.close}
        title={t('nav.menu')}
        hiddenFrom="md"
        size="xs"
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <Stack gap={4} component="nav" aria-label={t('nav.main')}>
          {NAV_LINKS.map(([to, name]) => (
            <NavLink key={to} to={to} label={t(`nav.${name}`)} />
          ))}
          <NavLink to="/search" label={t('nav.search')} />
          <Preferences />
        </Stack>
      </Drawer>

      <Container size={1160} component="main" id="main" tabIndex={-1} className={classes.main}>
        {children}
      </Container>
      <SessionExpired />

      <Box component="footer" className={classes.footer} aria-label={t('nav.footer')}>
        <Container size={1160}>
          <Group justify="space-between" gap="sm">
            <Group gap="md">
              <Anchor href="/docs" size="sm" c="dimmed">
                {t('nav.api')}
              </Anchor>
              <Anchor href="/feeds/questions.atom" size="sm" c="dimmed">
                Atom
              </Anchor>
              <LinkText to="/members" size="sm" c="dimmed">
                {t('nav.members')}
              </LinkText>
            </Group>
            <Preferences />
          </Group>
        </Container>
      </Box>
    </Box>
  );
}

function SearchBox() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => input.current?.focus()]]);
  return (
    <Box
      component="form"
      role="search"
      className={classes.search}
      onSubmit={(event) => {
        event.preventDefault();
        const q = input.current?.value.trim();
        if (q) navigate({ to: '/search', search: { q } });
      }}
    >
      <TextInput
        ref={input}
        type="search"
        aria-label={t('nav.search')}
        placeholder={t('nav.search')}
        leftSection={<IconSearch size={16} />}
        rightSection={<Kbd size="xs">/</Kbd>}
        visibleFrom="sm"
      />
    </Box>
  );
}

/** The right of the header: to sign in and to join, or what is the member’s own. */
function HeaderActions() {
  const { t } = useTranslation();
  const signedIn = useSignedIn();
  const me = useMe();
  const here = useRouterState({ select: (state) => state.location.href });
  return (
    <Group gap="xs" wrap="nowrap" ml="auto" flex="none">
      <LinkIcon to="/search" hiddenFrom="sm" variant="subtle" color="gray" size="lg" aria-label={t('nav.search')}>
        <IconSearch size={20} />
      </LinkIcon>
      {signedIn ? (
        <>
          <LinkButton to="/ask" size="sm" leftSection={<IconPlus size={16} />} visibleFrom="sm">
            {t('nav.ask')}
          </LinkButton>
          <LinkIcon to="/ask" hiddenFrom="sm" size="lg" aria-label={t('nav.ask')}>
            <IconPlus size={20} />
          </LinkIcon>
          <NotificationBell />
          {me && <AccountMenu me={me} />}
        </>
      ) : (
        <>
          <LinkButton to="/sign-in" search={{ next: here }} size="sm" variant="default">
            {t('nav.sign_in')}
          </LinkButton>
          <JoinButton next={here} size="sm" visibleFrom="xs">
            {t('nav.sign_up')}
          </JoinButton>
        </>
      )}
    </Group>
  );
}
