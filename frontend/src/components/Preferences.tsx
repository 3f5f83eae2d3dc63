import { Group, NativeSelect, SegmentedControl, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, LANGUAGES, type Language } from '~/i18n';

const SCHEMES = [
  ['auto', IconDeviceDesktop],
  ['light', IconSun],
  ['dark', IconMoon],
] as const;

/** The language, and light or dark, of this browser. */
export function Preferences() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Group gap="sm">
      <NativeSelect
        size="xs"
        aria-label={t('nav.language')}
        value={i18n.resolvedLanguage}
        onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}
        data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('nav.colours')}
        value={colorScheme}
        onChange={setColorScheme}
        data={SCHEMES.map(([value, Image]) => ({
          value,
          label: (
            <>
              <Image size={16} aria-hidden />
              <VisuallyHidden>{t(`scheme.${value}`)}</VisuallyHidden>
            </>
          ),
        }))}
      />
    </Group>
  );
}
