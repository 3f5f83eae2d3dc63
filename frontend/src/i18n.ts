import i18next from 'i18next';
import resourcesToBackend from 'i18next-resources-to-backend';
import { initReactI18next } from 'react-i18next';

/** The languages that there are catalogues in, by their own names. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
/** The code of a language that there is a catalogue in. */
export type Language = keyof typeof LANGUAGES;

const CHOICE = 'regulars.language';

/** The chosen language, else the first of the browser's that we have. */
function preferred(): Language | undefined {
  const codes = [localStorage.getItem(CHOICE) ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return codes.find((code) => code in LANGUAGES) as Language | undefined;
}

/** Speaks a language from now on, in this browser; resolves when its words are there. */
export function chooseLanguage(language: Language) {
  localStorage.setItem(CHOICE, language);
  return i18next.changeLanguage(language);
}

/** Speaks this language to those whose browser asks for none of ours. */
export async function fallBackTo(language: Language) {
  if (!preferred() && i18next.language !== language) await i18next.changeLanguage(language);
}

let ownPoints: { one: string; other: string } | undefined;

/** Gives points a name of the site's own from now on, in every language. */
export function namePoints(names: { one: string; other: string }) {
  ownPoints = names;
  addPointNames(i18next.language);
}

function addPointNames(language: string) {
  if (!ownPoints) return;
  const { one, other } = ownPoints;
  i18next.addResources(language, 'common', { points_one: `{{formatted}} ${one}`, points_other: `{{formatted}} ${other}` });
}

i18next.on('languageChanged', (language) => {
  document.documentElement.lang = language;
  addPointNames(language);
});

/** Resolves when the words that every page has are there. */
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
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
}
