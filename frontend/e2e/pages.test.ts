/** Every page, on phone and desk, in light and dark: pictures to look at, and nothing that axe or the console complains of. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { screens, settled, TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

const OPEN = [
  '/',
  '/questions',
  '/tags',
  '/search?q=coffee',
  '/groups',
  '/members',
  '/leaderboards/points',
  '/rewards',
  '/sign-in',
  '/sign-up',
];
const MEMBERS = [
  '/',
  '/ask',
  '/points',
  '/rewards',
  '/rewards/mine',
  '/referral',
  '/notifications',
  '/settings',
  '/leaderboards/reputation',
];
const STAFF = [
  '/admin/dashboard',
  '/admin/review',
  '/admin/members',
  '/admin/audit-log',
  '/admin/tags',
  '/admin/rewards',
  '/admin/redemptions',
  '/admin/earning-rules',
  '/admin/tiers',
  '/admin/adjustments',
  '/admin/earning-rules/new',
  '/admin/earning-rules/try',
  '/admin/partners',
  '/admin/api-keys',
  '/admin/referrals',
  '/admin/settings',
];

const nameOf = (path: string) => path.replace(/[/?=&]+/g, '-').replace(/^-|-$/g, '') || 'home';

/** The first question, tag, group and member that the lists lead to. */
async function linked(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [list, link] of [
    ['/questions', 'a[href^="/questions/0"]'],
    ['/tags', 'a[href^="/tags/"]'],
    ['/groups', 'a[href^="/groups/"]:not([href$="/new"])'],
    ['/members', 'main a[href^="/members/"]'],
  ] as const) {
    await page.goto(list);
    await settled(page);
    const href = await page.locator(link).first().getAttribute('href');
    assert(href, `${list} leads nowhere.`);
    found.push(href);
  }
  return found;
}

for (const screen of screens) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`visitors see every page on the ${screen}, ${colorScheme}`, async (t) => {
      const page = await server.newPage({ screen, colorScheme });
      for (const path of [...OPEN, ...(await linked(page))]) {
        await t.test(path, async () => {
          await page.goto(path);
          const name = path.startsWith('/questions/') ? 'question' : nameOf(path);
          await server.inspect(page, `visitor-${name}-${screen}-${colorScheme}`);
        });
      }
      await page.context().close();
    });

    test(`members and staff see theirs on the ${screen}, ${colorScheme}`, async (t) => {
      for (const [handle, paths] of [
        ['elif', MEMBERS],
        ['noor', STAFF],
      ] as const) {
        const page = await server.newPage({ screen, colorScheme });
        await server.signIn(page, handle);
        for (const path of paths) {
          await t.test(`${handle}: ${path}`, async () => {
            await page.goto(path);
            await server.inspect(page, `${handle}-${nameOf(path)}-${screen}-${colorScheme}`);
          });
        }
        await page.context().close();
      }
    });
  }
}

/** Sentences of the English catalogues that are other words in German. */
function englishSentences(): string[] {
  const locales = join(import.meta.dirname, '../src/locales');
  const sentences = (catalogue: object): string[] =>
    Object.values(catalogue).flatMap((message) => (typeof message === 'string' ? [message] : sentences(message)));
  const all = (language: string) =>
    readdirSync(join(locales, language)).flatMap((area) => sentences(JSON.parse(readFileSync(join(locales, language, area), 'utf8'))));
  const german = new Set(all('de'));
  return all('en').filter((sentence) => sentence.split(' ').length >= 3 && !sentence.includes('{{') && !german.has(sentence));
}

/** These words are shown in every language as they were written. */
async function writtenByAdministrators(): Promise<string[]> {
  const read = async <T>(path: string) => (await (await fetch(`${server.url}/api/v1/${path}`)).json()) as T;
  const { tagline } = await read<{ tagline: string }>('site');
  const { items } = await read<{ items: { name: string }[] }>('ways-to-earn');
  return [tagline, ...items.map(({ name }) => name)];
}

test('in German there is no English left', async () => {
  const english = englishSentences();
  assert(english.length > 300, 'The catalogues were not understood.');
  const written = await writtenByAdministrators();
  const german = await server.newPage({ locale: 'de-DE' });
  await german.goto('/');
  await settled(german);
  assert.equal(await german.evaluate(() => document.documentElement.lang), 'de', 'The browser asks for German.');
  const page = await server.newPage();
  await server.signIn(page, 'noor');
  await page.evaluate(() => localStorage.setItem('regulars.language', 'de'));
  for (const path of ['/', ...MEMBERS, ...STAFF]) {
    await page.goto(path);
    await settled(page);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
    const shown = written.reduce((text, words) => text.replaceAll(words, ''), (await page.locator('#root').textContent()) ?? '');
    const left = english.filter((sentence) => shown.includes(sentence));
    assert.deepEqual(left, [], path);
  }
});
