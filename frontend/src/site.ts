import type { SiteView } from '@regulars/client';
import { getSiteOptions } from '@regulars/client/react-query';
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { fallBackTo, namePoints } from './i18n';

/** A site about which nobody has said anything; also what stands in while the server cannot be asked. */
const UNNAMED: SiteView = {
  name: 'Our community',
  tagline: '',
  language: 'en',
  currency: 'EUR',
  point_singular: 'point',
  point_plural: 'points',
  referral_text: '',
  welcome_html: '',
  sign_up_open: true,
  title_chars_min: 15,
  body_chars_min: 20,
};

/** It is the same for all, so it is asked without a token: what the server wrote into the page then serves members too. */
const siteOptions = () => ({ ...getSiteOptions({ security: [] }), staleTime: Number.POSITIVE_INFINITY });

/** Learns once what the community is called and says; without it the pages are still good. */
export async function loadSite(queries: QueryClient) {
  const site = await queries.ensureQueryData({ ...siteOptions(), retry: false }).catch(() => UNNAMED);
  const hasOwnPoints = site.point_singular !== UNNAMED.point_singular || site.point_plural !== UNNAMED.point_plural;
  // Our translations know the plain word in each language; a name of the company's own is the same in all.
  if (hasOwnPoints) namePoints({ one: site.point_singular, other: site.point_plural });
  await fallBackTo(site.language);
}

/** The community as its administrators present it. */
export const useSite = (): SiteView => useQuery(siteOptions()).data ?? UNNAMED;

/** Its name, if it was given one. */
export function useOwnName(): string | undefined {
  const { name } = useSite();
  return name === UNNAMED.name ? undefined : name;
}
