/** One person who was two members: what came over says so, staff make one of two and two again, and the old page leads on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { screens, settled, TestServer } from './server.ts';

let server: TestServer;
/** Of a shop that reports purchases. */
let key: string;
before(async () => {
  server = await TestServer.start();
  const words = ['--partner', 'Café Till', '--name', 'till', '--scopes', 'purchases:write,members:read'];
  key = (await server.command('admin', 'api-key', ...words)).trim().split('\n').at(-1) ?? '';
});
after(() => server.stop());

const LONG = 'Wilhelmine-Friederike zu Hohenlohe-Schillingsfürst';

/** A purchase at the shop, long enough ago for its points to be there. */
async function buys(customer: string, unit_minor = 3_000, days_ago = 40) {
  const order = {
    order_id: `order-of-the-winter-sale-${customer}-${days_ago}`,
    purchased_at: new Date(Date.now() - days_ago * 86_400_000).toISOString(),
    currency: 'EUR',
    member: { external_id: customer },
    lines: [{ sku: 'beans', quantity: 1, unit_minor }],
  };
  await server.api('POST', '/purchases', order, key, { 'idempotency-key': order.order_id });
}

const codeOf = async (customer: string) =>
  ((await server.api('POST', `/partner/members/${customer}/link-code`, null, key)) as { code: string }).code;

/** Registers somebody, who has everybody's password. */
async function join(handle: string, display_name: string) {
  const email = `${handle}@shop.example`;
  await server.api('POST', '/auth/register', { email, password: server.password, handle, display_name }, '');
  return server.token(handle);
}

async function link(page: Page, code: string) {
  await page.goto('/settings/shops');
  await page.getByLabel('Code from the shop').fill(code);
  await page.getByRole('button', { name: 'Link' }).click();
}

test('what a shop’s customer had earned comes over, and the page says what', async () => {
  const page = await server.newPage({ screen: 'phone' });
  await server.signIn(page, 'elif');
  await buys('guest-1');
  await link(page, await codeOf('guest-1'));
  const status = page.getByRole('main').getByRole('status');
  await status.filter({ hasText: '30 points and 1 purchase came over from Café Till.' }).waitFor();
  await server.inspect(page, 'merge-link-phone');
  await page.goto('/points');
  await page.getByText('30 points came over from another account of yours').waitFor();
  await server.inspect(page, 'merge-statement-phone');
  // However long the number of an order is: when its points are there is said in full.
  await buys('guest-1', 123_456_700, 0);
  await page.goto('/points?tab=purchases');
  const badge = page
    .getByRole('article')
    .filter({ hasText: 'guest-1-0' })
    .getByText(/^from /);
  await badge.waitFor();
  await server.inspect(page, 'merge-purchases-phone');
  assert(await badge.evaluate((label) => label.scrollWidth <= label.clientWidth));
  const tall = await page.getByText('30 points', { exact: true }).evaluate((text) => text.clientHeight);
  assert(tall < 40, 'The points are broken into lines.');

  // A number that is somebody else's stays theirs.
  const other = await server.newPage();
  await server.signIn(other, 'mattis');
  await link(other, await codeOf('guest-1'));
  await other.getByText('This customer number belongs to another account.').waitFor();
  server.ignoreConsoleSoFar(other);
  // Who is signed out meanwhile is asked to sign in, and nothing is lost.
  await other.context().clearCookies();
  await other.goto('/settings/shops');
  await other.waitForURL(/sign-in/);
  await other.context().close();
  await page.context().close();
});

async function openMerge(page: Page, handle: string, other: string) {
  await page.goto(`/admin/members/${handle}`);
  await settled(page);
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Merge with another member' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'The other member' }).fill(other);
  await page.getByRole('option', { name: other }).first().click();
  return dialog;
}

test('staff look first, merge, and undo it', async () => {
  await join('ada-1', 'Ada');
  await join('ada-2', LONG);
  await buys('guest-2', 1_234_567_800);
  const own = await join('ada-3', 'Ada the Third');
  await server.api('POST', '/me/links', { code: await codeOf('guest-2') }, own);
  const page = await server.newPage();
  await server.signIn(page, 'noor');

  // Staff are not merged away, and the page says so in its own words.
  let dialog = await openMerge(page, 'ada-1', 'noor');
  await dialog.getByText('Staff do not become part of another member.').waitFor();
  assert(await dialog.getByRole('button', { name: 'Merge', exact: true }).isDisabled());
  server.ignoreConsoleSoFar(page);

  dialog = await openMerge(page, 'ada-2', 'ada-3');
  await dialog.getByText('1 purchase', { exact: true }).waitFor();
  await dialog
    .getByRole('row', { name: /Available/ })
    .getByText('12,345,678')
    .first()
    .waitFor();
  await dialog.getByLabel('Reason').fill('She wrote to us from both.');
  await server.inspect(page, 'merge-preview-desk');
  // A double click merges once.
  let writes = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/merges')) writes++;
  });
  await dialog.getByRole('button', { name: 'Merge', exact: true }).dblclick();
  await page.getByRole('row', { name: /ada-3.*ada-2/ }).waitFor();
  assert.equal(writes, 1);
  await server.inspect(page, 'merge-list-desk');

  // The one can no longer sign in, and its page leads on.
  const visitor = await server.newPage();
  await visitor.goto('/sign-in');
  await visitor.getByLabel('E-mail').fill('ada-3@shop.example');
  await visitor.getByLabel('Password', { exact: true }).fill(server.password);
  await visitor.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await visitor.getByRole('alert').filter({ hasText: 'in the account @ada-2' }).waitFor();
  server.ignoreConsoleSoFar(visitor);
  await visitor.goto('/members/ada-3');
  await visitor.waitForURL('**/members/ada-2');
  await visitor.getByRole('heading', { name: LONG }).waitFor();
  await visitor.context().close();
  await page.goto('/admin/members/ada-3');
  await page.getByText('Two accounts have become one').waitFor();
  await server.inspect(page, 'merge-gone-desk');
  await page.getByRole('link', { name: 'Public profile' }).click();
  await page.getByRole('main').getByRole('link', { name: '@ada-2' }).waitFor();
  await page.goBack();

  await page.getByRole('tab', { name: 'Merges' }).click();
  await page.getByRole('button', { name: 'Undo: ada-3' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('They are two after all.');
  await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone by noor', { exact: false }).waitFor();
  await server.expectSilentConsole(page, 'undone');
  await page.context().close();
});

/** Every figure of the table stands within its cell and within the dialog. */
async function showsAllFigures(page: Page) {
  const cut = await page.getByRole('dialog').evaluate((dialog) => {
    const body = dialog.querySelector('form')?.getBoundingClientRect();
    const ends = (cell: Element) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return range.getBoundingClientRect().right;
    };
    const cells = [...dialog.querySelectorAll('th, td')].filter((cell) => cell.textContent);
    return cells
      .filter((cell) => ends(cell) > Math.min(cell.getBoundingClientRect().right, body?.right ?? 0) + 1)
      .map((cell) => cell.textContent);
  });
  assert.deepEqual(cut, []);
}

for (const screen of screens) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`the look before a merge, in German, on the ${screen}, ${colorScheme}`, async () => {
      const page = await server.newPage({ screen, colorScheme });
      await server.signIn(page, 'noor');
      await page.evaluate(() => localStorage.setItem('regulars.language', 'de'));
      await page.goto('/admin/members/ada-2');
      await settled(page);
      await page.getByRole('button', { name: 'Aktionen' }).click();
      await page.getByRole('menuitem', { name: 'Mit anderem Mitglied zusammenführen' }).click();
      await page.getByRole('combobox', { name: 'Das andere Mitglied' }).fill('ada-3');
      await page.getByRole('option', { name: 'ada-3' }).first().click();
      await page.getByRole('dialog').getByText('1 Einkauf', { exact: true }).waitFor();
      await settled(page);
      await showsAllFigures(page);
      await server.inspect(page, `merge-preview-de-${screen}-${colorScheme}`);
      await page.goto('/admin/members/ada-2?tab=merges');
      await page.getByRole('row', { name: /ada-3/ }).first().waitFor();
      await server.inspect(page, `merge-list-de-${screen}-${colorScheme}`);
      await page.context().close();
    });
  }
}
