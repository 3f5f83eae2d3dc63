/** What staff do about a member happens when they send it, once, or not at all. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { settled, TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

/** Opens the dialog of an action on a member's page. */
async function open(page: Page, handle: string, action: string) {
  await page.goto(`/admin/members/${handle}`);
  await settled(page);
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: action }).click();
  return page.getByRole('dialog');
}

test('what is sent without a connection is told of, and does not happen later', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'noor');
  const dialog = await open(page, 'elif', 'Adjust points');
  await dialog.getByRole('textbox', { name: 'Points' }).fill('77');
  await dialog.getByLabel('Reason').fill('Sent from a tunnel.');
  await dialog.getByText('Available now').waitFor();
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
  server.ignoreConsoleSoFar(page);
  await page.getByRole('tab', { name: 'Points' }).click();
  await page.getByRole('table').waitFor();
  assert.equal(arrived, 0);
  await page.reload();
  await page.getByRole('table').waitFor();
  assert.equal(await page.getByText('Sent from a tunnel.').count(), 0);
  await page.context().close();
});

test('a retry after a lost answer is the same request, and a corrected form is another one', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'noor');
  const dialog = await open(page, 'elif', 'Adjust points');
  const keys: (string | undefined)[] = [];
  let isLost = true;
  await page.route('**/admin/adjustments', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    const response = await route.fetch();
    await (isLost ? route.abort() : route.fulfill({ response }));
  });
  const give = async (points: string) => {
    await dialog.getByRole('textbox', { name: 'Points' }).fill(points);
    await dialog.getByRole('button', { name: 'Give points' }).click();
  };
  const lost = () => page.waitForEvent('requestfailed', (request) => request.url().endsWith('/adjustments'));
  const reason = 'Over a line that drops.';
  await dialog.getByLabel('Reason').fill(reason);
  await Promise.all([lost(), give('77')]);
  await Promise.all([lost(), give('77')]);
  isLost = false;
  await give('78');
  await page.getByText(/now has .* available points/).waitFor();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[0], keys[2]);
  const statement = await server.api('GET', '/admin/members/elif/points/statement', undefined, await server.token('noor'));
  const booked = (statement as { items: { note?: string; available: number }[] }).items.filter(({ note }) => note === reason);
  assert.deepEqual(booked.map(({ available }) => available).sort(), [77, 78]);
  await page.context().close();
});
