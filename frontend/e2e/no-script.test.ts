/** Visitors and search engines read without scripts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SCREENS, screens, TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

for (const screen of screens) {
  test(`pages read well without JavaScript (${screen})`, async (t) => {
    const page = await server.newPage({ screen, javaScriptEnabled: false });
    await page.goto('/questions');
    const question = await page.locator('main a[href^="/questions/0"]').first().getAttribute('href');
    const tag = await page.locator('a[href^="/tags/"]').first().getAttribute('href');
    assert(question && tag);
    for (const path of ['/', '/questions', question, '/tags', tag, '/groups', '/rewards', '/leaderboards/points', '/members/elif']) {
      await t.test(path, async () => {
        const response = await page.goto(path);
        assert.equal(response?.status(), 200);
        assert.equal(await page.locator('main h1').count(), 1);
        assert(((await page.locator('main').textContent()) ?? '').trim().length > 100, `${path} says hardly anything.`);
        const width = await page.locator('body').evaluate((body) => body.scrollWidth);
        assert(width <= SCREENS[screen].width, `${path} is wider than the screen.`);
        await page.screenshot({
          path: `e2e/out/no-script-${path.replace(/[/?=&]+/g, '-').slice(1, 40) || 'home'}-${screen}.png`,
          fullPage: true,
        });
        server.expectSilentConsole(page, path);
      });
    }
    await page.context().close();
  });
}

test('a page that only the app draws says what it needs, and where one can read without', async () => {
  const page = await server.newPage({ javaScriptEnabled: false, locale: 'de-DE' });
  const said = page.locator('noscript p');
  for (const path of ['/sign-in', '/search', '/points']) {
    await page.goto(path);
    await said.nth(1).waitFor();
    assert.match((await said.first().textContent()) ?? '', /^This page needs JavaScript/);
    assert.match((await said.nth(1).textContent()) ?? '', /^Diese Seite braucht JavaScript/);
  }
  await said.nth(1).locator('a').click();
  await page.waitForURL('/questions');
  assert.equal(await said.first().isVisible(), false);
  await page.context().close();
});

test('a question tells search engines what it is', async () => {
  const page = await server.newPage({ javaScriptEnabled: false });
  await page.goto('/questions');
  const row = page.locator('main a[href^="/questions/0"]').first();
  const path = await row.getAttribute('href');
  assert(path);
  await page.goto(path);
  assert(await page.locator('meta[name=description]').getAttribute('content'));
  assert((await page.locator('link[rel=canonical]').getAttribute('href'))?.endsWith(path));
  assert(await page.locator('meta[property="og:title"]').getAttribute('content'));
});
