/** Dialogs stay while they write, and the keyboard finds its way in and out of them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { settled, TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

/** Staff's dialogs that write, by the page and by how they are opened, filled in and sent. */
const WRITING: [path: string, address: string, begin: (page: Page) => Promise<void>, submit: string][] = [
  [
    '/admin/members/elif',
    '**/admin/adjustments',
    async (page) => {
      await page.getByRole('button', { name: 'Actions' }).click();
      await page.getByRole('menuitem', { name: 'Adjust points' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Points' }).fill('78');
      await page.getByRole('dialog').getByLabel('Reason').fill('Sent over a slow line.');
    },
    'Give points',
  ],
  [
    '/admin/tags',
    '**/api/v1/tags/*',
    async (page) => {
      await page.getByRole('button', { name: /^Edit/ }).first().click();
      await page.getByRole('dialog').getByRole('textbox').first().fill('What it is for, at length.');
    },
    'Save',
  ],
  [
    '/admin/partners',
    '**/admin/partners',
    async (page) => {
      await page.getByRole('button', { name: 'Add a partner' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('A slow shop');
    },
    'Add a partner',
  ],
  [
    '/admin/tiers',
    '**/admin/tiers',
    async (page) => {
      await page.getByRole('button', { name: 'Add a tier' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('Slow');
      await page.getByRole('dialog').getByLabel('Points needed').fill('1,000,000');
    },
    'Add a tier',
  ],
];

for (const [path, address, begin, submit] of WRITING) {
  test(`a dialog of ${path} stays while it writes, until it is known how that went`, async () => {
    const page = await server.newPage();
    await server.signIn(page, 'noor');
    await page.goto(path);
    await settled(page);
    await begin(page);
    const dialog = page.getByRole('dialog');
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      page.route(address, async (route) => {
        if (route.request().method() === 'GET') return route.continue();
        resolve();
        await new Promise<void>((go) => {
          answer = go;
        });
        await route.continue();
      });
    });
    await dialog.getByRole('button', { name: submit, exact: true }).click();
    await asked;
    assert(await dialog.getByRole('button', { name: 'Cancel' }).isDisabled());
    assert(await dialog.getByRole('button', { name: 'Close' }).isDisabled());
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    // Whatever closes does so before the next frames are drawn.
    await settled(page);
    assert(await dialog.isVisible());
    answer();
    await dialog.waitFor({ state: 'detached' });
    server.expectSilentConsole(page, path);
    await page.context().close();
  });
}

test('the keyboard begins at the first field, and comes back to where it was', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'noor');
  await page.goto('/admin/members/elif');
  await settled(page);
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Merge with another member' }).click();
  const dialog = page.getByRole('dialog');
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.textContent === 'Actions');
  await page.context().close();
});
