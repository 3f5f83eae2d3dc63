import {
  IconBell,
  IconBuildingStore,
  IconDatabaseExport,
  IconDevices,
  IconKey,
  IconPalette,
  IconShieldHalf,
  IconUser,
} from '@tabler/icons-react';
import { useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { NavLink } from '../links';
import { useActiveInView } from '../useActiveInView';
import classes from './SettingsNav.module.css';

const PARTS = [
  ['profile', IconUser],
  ['looks', IconPalette],
  ['notifications', IconBell],
  ['password', IconKey],
  ['sessions', IconDevices],
  ['shops', IconBuildingStore],
  ['moderation', IconShieldHalf],
  ['data', IconDatabaseExport],
] as const;

/** The parts of the settings: a list beside them, or a row above them on phones. */
export function SettingsNav() {
  const { t } = useTranslation('account');
  const path = useRouterState({ select: (state) => state.location.pathname });
  const nav = useActiveInView<HTMLElement>('[data-active]', path);
  return (
    <nav ref={nav} className={classes.nav} aria-label={t('settings.parts')}>
      {PARTS.map(([part, Image]) => (
        <NavLink
          key={part}
          to={`/settings/${part}`}
          label={t(`settings.part.${part}`)}
          leftSection={<Image size={18} stroke={1.6} aria-hidden />}
          activeProps={{ active: true }}
          className={classes.link}
          resetScroll={false}
        />
      ))}
    </nav>
  );
}
