import i18next from 'i18next';
import resourcesToBackend from 'i18next-resources-to-backend';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const CHOICE = 'regulars.language';

/** The chosen language, else the first of the browser's that we have. */
function preferred(): Language | undefined {
  const wishes = [localStorage.getItem(CHOICE) ?? '', ...navigator.languages].map((wish) => wish.slice(0, 2).toLowerCase());
  return wishes.find((wish) => wish in LANGUAGES) as Language | undefined;
}

export function choose(language: Language) {
  localStorage.setItem(CHOICE, language);
  return i18next.changeLanguage(language);
}

/** Speaks this language to those whose browser wishes for none of ours. */
export async function fallBackTo(language: Language) {
  if (!preferred() && i18next.language !== language) await i18next.changeLanguage(language);
}

let ownPoints: { one: string; other: string } | undefined;

/** Counts points under a name of the site's own from now on, in every language. */
export function callPoints(names: { one: string; other: string }) {
  ownPoints = names;
  putPoints(i18next.language);
}

function putPoints(language: string) {
  if (!ownPoints) return;
  const { one, other } = ownPoints;
  i18next.addResources(language, 'common', { points_one: `{{formatted}} ${one}`, points_other: `{{formatted}} ${other}` });
}

i18next.on('languageChanged', (language) => {
  document.documentElement.lang = language;
  putPoints(language);
});

export const ready = i18next
  .use(resourcesToBackend((language: string, area: string) => import(`./locales/${language}/${area}.json`)))
  .use(initReactI18next)
  .init({
    lng: preferred() ?? 'en',
    fallbackLng: 'en',
    ns: ['common'],
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    react: { useSuspense: true },
  });

/** For loaders: a page's words arrive with its data, so that nothing is drawn twice. */
export const loadNamespaces = (...areas: string[]) => i18next.loadNamespaces(areas);

/** For numbers, dates and money: the browser's regional variant of the language in use. */
export function locale(): string {
  const language = i18next.resolvedLanguage ?? 'en';
  return navigator.languages.find((wish) => wish.toLowerCase().startsWith(language)) ?? language;
}
