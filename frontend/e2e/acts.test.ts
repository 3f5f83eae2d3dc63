/** What staff do about a member happens when they send it, once, or not at all; and the keyboard finds its way in and out. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { settled, Town } from './town.ts';

let town: Town;
before(async () => {
  town = await Town.start();
});
after(() => town.stop());

async function open(page: Page, handle: string, act: string) {
  await page.goto(`/admin/members/${handle}`);
  await settled(page);
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: act }).click();
  return page.getByRole('dialog');
}

test('what is sent without a connection is told of, and does not happen later', async () => {
  const page = await town.visit();
  await town.signIn(page, 'noor');
  const dialog = await open(page, 'elif', 'Adjust points');
  await dialog.getByRole('textbox', { name: 'Points' }).fill('77');
  await dialog.getByLabel('Reason').fill('Sent from a tunnel.');
  let arrived = 0;
  page.on('response', (response) => {
    if (response.request().method() === 'POST') arrived++;
  });
  await page.context().setOffline(true);
  await dialog.getByRole('button', { name: 'Give points' }).click();
  await page.getByText('The server cannot be reached').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.context().setOffline(false);
  town.forgive(page);
  await page.getByRole('tab', { name: 'Points' }).click();
  await page.getByRole('table').waitFor();
  assert.equal(arrived, 0);
  await page.reload();
  await page.getByRole('table').waitFor();
  assert.equal(await page.getByText('Sent from a tunnel.').count(), 0);
  await page.context().close();
});

test('a dialog whose act is under way stays until it is known how that went', async () => {
  const page = await town.visit();
  await town.signIn(page, 'noor');
  const dialog = await open(page, 'elif', 'Adjust points');
  await dialog.getByRole('textbox', { name: 'Points' }).fill('78');
  await dialog.getByLabel('Reason').fill('Sent over a slow line.');
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    page.route('**/admin/adjustments', async (route) => {
      resolve();
      await new Promise<void>((go) => {
        answer = go;
      });
      await route.continue();
    });
  });
  await dialog.getByRole('button', { name: 'Give points' }).click();
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
  town.isSilent(page, 'slow');
  await page.context().close();
});

test('the keyboard begins at the first field, and comes back to where it was', async () => {
  const page = await town.visit();
  await town.signIn(page, 'noor');
  // Read anew, so that no words are there from an earlier dialog.
  const dialog = await open(page, 'elif', 'Merge with another member');
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.textContent === 'Actions');
  await page.context().close();
});
