/** Long lists come page by page, and what is out of sight is not laid out. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LISTS, opened, PER_PAGE } from './lists.ts';
import { Town } from './town.ts';

const LENGTH = 15 * PER_PAGE;
const ITEMS = '[data-batch] > * > *';
let town: Town;
before(async () => {
  town = await Town.start();
});
after(() => town?.stop());

for (const list of LISTS) {
  test(`${list.path} goes on by pages`, async () => {
    const page = await opened(town, list, LENGTH);
    const asked: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname === list.api) asked.push(url.searchParams.get('cursor') ?? 'first');
    });
    const more = page.locator('#main button', { hasText: 'Show more' });
    for (let shown = PER_PAGE; shown < LENGTH; shown += PER_PAGE) {
      await more.click();
      await page.waitForFunction(([all, count]) => document.querySelectorAll(all).length === count, [ITEMS, shown + PER_PAGE] as const);
    }
    await more.waitFor({ state: 'detached' });
    assert.deepEqual(
      asked.filter((cursor) => cursor !== 'first'),
      Array.from({ length: LENGTH / PER_PAGE - 1 }, (_, page) => String((page + 1) * PER_PAGE)),
    );
    await page.locator(ITEMS).last().scrollIntoViewIfNeeded();
    await page.waitForFunction((all) => document.querySelector(all)?.checkVisibility({ contentVisibilityAuto: true }) === false, ITEMS);
    await page.context().close();
  });
}
