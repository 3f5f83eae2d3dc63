/** What a browser stores for a member is nobody else's. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

const DRAFT = 'A letter to the neighbours, which is nobody else’s business.';
const editor = (page: Page) => page.getByRole('textbox', { name: 'Your answer' });
const storedKeys = (page: Page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('regulars.kept.')));
const allStored = (page: Page) => page.evaluate(() => Object.values({ ...localStorage }).join('\n'));

async function signOut(page: Page) {
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
}

test('a draft is gone with its writer, in all tabs, and stays when the session merely expired', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'elif');
  const path = await server.openQuestion();
  await page.goto(path);
  await editor(page).fill(DRAFT);
  const other = await page.context().newPage();
  await other.goto('/points');
  await other.getByRole('button', { name: 'Your account' }).waitFor();
  await page.waitForFunction((draft) => Object.values({ ...localStorage }).some((value) => value.includes(draft)), DRAFT);

  // The session ends by itself: what was written is there after signing in again.
  await page.context().clearCookies();
  await page.goto('/points');
  await page.waitForURL(/sign-in/);
  await server.signIn(page, 'elif');
  await page.goto(path);
  await editor(page).waitFor();
  assert.equal(await editor(page).inputValue(), DRAFT);

  // The other tab writes, too, and is still open when its member signs out here.
  await other.goto(path);
  await editor(other).fill(`${DRAFT} And more of it.`);
  await signOut(page);
  await other.getByRole('link', { name: 'Sign in' }).first().waitFor();
  assert.deepEqual(await storedKeys(page), []);
  await other.goto('/points');
  await other.waitForURL(/sign-in/);
  assert(!(await allStored(page)).includes('neighbours'));

  await server.signIn(page, 'mattis');
  await page.goto(path);
  await editor(page).waitFor();
  assert.equal(await editor(page).inputValue(), '');
  // The tab of somebody who is gone has become the next one's; Back shows nothing of theirs.
  await other.getByRole('button', { name: 'Your account' }).waitFor();
  await page.context().close();
});

test('going back after signing out shows no balance', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'elif');
  await page.goto('/points');
  await page
    .getByText(/available/i)
    .first()
    .waitFor();
  await signOut(page);
  await page.goBack();
  await page.waitForURL(/sign-in/);
  await page.context().close();
});
