import i18next from 'i18next';
import resourcesToBackend from 'i18next-resources-to-backend';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const CHOICE = 'regulars.language';

/** The chosen language, else the first of the browser's that we have. */
function preferred(): Language {
  const wishes = [localStorage.getItem(CHOICE) ?? '', ...navigator.languages].map((wish) => wish.slice(0, 2).toLowerCase());
  return (wishes.find((wish) => wish in LANGUAGES) as Language | undefined) ?? 'en';
}

export function choose(language: Language) {
  localStorage.setItem(CHOICE, language);
  return i18next.changeLanguage(language);
}

i18next.on('languageChanged', (language) => {
  document.documentElement.lang = language;
});

export const ready = i18next
  .use(resourcesToBackend((language: string, area: string) => import(`./locales/${language}/${area}.json`)))
  .use(initReactI18next)
  .init({
    lng: preferred(),
    fallbackLng: 'en',
    ns: ['common'],
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    react: { useSuspense: true },
  });

/** For loaders: a page's words arrive with its data, so that nothing is drawn twice. */
export const words = (...areas: string[]) => i18next.loadNamespaces(areas);

/** For numbers, dates and money: the browser's regional variant of the language in use. */
export function locale(): string {
  const language = i18next.resolvedLanguage ?? 'en';
  return navigator.languages.find((wish) => wish.toLowerCase().startsWith(language)) ?? language;
}
