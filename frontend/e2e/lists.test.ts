/** Long lists come page by page, and what is out of sight is not laid out. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { LISTS, opened, PER_PAGE, QUESTIONS } from './lists.ts';
import { settled, TestServer } from './server.ts';

const LENGTH = 15 * PER_PAGE;
/** All items of a list that are in the page. */
const DRAWN = '[data-batch] > * > *';
let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server?.stop());

/** Asks for more until all is there. */
async function readOn(page: Page) {
  const more = page.locator('#main button', { hasText: 'Show more' });
  for (let shown = PER_PAGE; shown < LENGTH; shown += PER_PAGE) {
    await more.click();
    await page.waitForFunction(([all, count]) => document.querySelectorAll(all).length === count, [DRAWN, shown + PER_PAGE] as const);
  }
  await more.waitFor({ state: 'detached' });
}

for (const list of LISTS) {
  test(`${list.path} goes on by pages`, async () => {
    const page = await opened(server, list, LENGTH);
    const asked: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname === list.api) asked.push(url.searchParams.get('cursor') ?? 'first');
    });
    await readOn(page);
    assert.deepEqual(
      asked.filter((cursor) => cursor !== 'first'),
      Array.from({ length: LENGTH / PER_PAGE - 1 }, (_, page) => String((page + 1) * PER_PAGE)),
    );
    await page.locator(DRAWN).last().scrollIntoViewIfNeeded();
    await page.waitForFunction((all) => document.querySelector(all)?.checkVisibility({ contentVisibilityAuto: true }) === false, DRAWN);
    await page.context().close();
  });
}

test('who comes back to a long list finds the place again', async () => {
  const page = await opened(server, QUESTIONS, LENGTH, 'phone');
  await readOn(page);
  const read = page.locator(DRAWN).nth(LENGTH / 2);
  // Past all that is above it, as a reader gets there.
  for (let row = 0; row <= LENGTH / 2; row += 10) await page.locator(DRAWN).nth(row).scrollIntoViewIfNeeded();
  await read.evaluate((item) => item.scrollIntoView({ block: 'center' }));
  await page.getByRole('banner').getByRole('link', { name: 'Our community' }).click();
  await page.waitForURL(`${server.url}/`);
  await settled(page);
  await page.goBack();
  await settled(page);
  await page.waitForFunction(
    ([all, place]) => {
      const item = document.querySelectorAll(all)[place];
      const top = item?.getBoundingClientRect().top ?? -1;
      return top > 0 && top < innerHeight;
    },
    [DRAWN, LENGTH / 2] as const,
  );
  await page.context().close();
});
