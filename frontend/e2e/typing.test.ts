/** What people type is not lost: not in a field that makes something of it, and not when the session ends under them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { settled, TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

test('tags are taken by Enter, by a comma or space in the text, and when the question is sent', async () => {
  const page = await server.newPage({ screen: 'phone' });
  await server.signIn(page, 'elif');
  await page.goto('/ask');
  await page.getByLabel('Title').fill('Which lamp lasts a winter of night shifts?');
  await page.getByLabel('Details').fill('Mine gives up after two hours, and the way home takes three.');
  const field = page.getByRole('textbox', { name: 'Tags' });
  const tagged = (tag: string) => page.getByRole('button', { name: `Remove ${tag}`, exact: true }).waitFor();
  await field.fill('lamps');
  await field.press('Enter');
  await tagged('lamps');
  assert.equal(new URL(page.url()).pathname, '/ask');
  // A keyboard on glass tells no keys, only the text.
  await field.fill('winter, ');
  await tagged('winter');
  await field.fill('Night commuting');
  await tagged('night');
  assert.equal(await field.inputValue(), 'commuting');
  await field.fill('größe');
  await page.getByText('This cannot be a tag: größe.').waitFor();
  await page.getByRole('button', { name: 'Ask the question' }).click();
  assert.equal(new URL(page.url()).pathname, '/ask');
  assert.equal(await field.inputValue(), 'größe');
  await field.fill('batteries');
  // A button on glass takes no focus, so that the field is not left.
  await page.evaluate(() => document.querySelector<HTMLFormElement>('main form')?.requestSubmit());
  await page.getByRole('heading', { level: 1, name: 'Which lamp lasts a winter of night shifts?' }).waitFor();
  for (const tag of ['lamps', 'winter', 'night', 'batteries'])
    await page.getByRole('main').getByRole('link', { name: tag, exact: true }).first().waitFor();
  server.expectSilentConsole(page, 'tags');
  await page.context().close();
});

/** The session ends by itself: neither the access token nor the cookie is good any more. */
async function lapse(page: Page) {
  await page.context().clearCookies();
  await page.route(/\/api\/v1\/(?:me|redemptions|questions\/[^/]+\/flags)$/, (route) =>
    route.request().method() === 'GET'
      ? route.continue()
      : route.fulfill({
          status: 401,
          contentType: 'application/problem+json',
          body: JSON.stringify({ status: 401, code: 'unauthorized', title: 'Unauthorized', detail: 'Sign in, or send an API key.' }),
        }),
  );
}

async function comeBack(page: Page) {
  const notice = page.getByRole('alert').filter({ hasText: 'You are no longer signed in.' });
  await notice.waitFor();
  assert.equal(await page.getByText(/Please sign in|Unauthorized/).count(), 0);
  await page.unrouteAll();
  await notice.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('E-mail').fill('elif@shop.example');
  await page.getByLabel('Password', { exact: true }).fill(server.password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Your account' }).waitFor();
  await settled(page);
  assert.equal(await notice.count(), 0);
}

test('a profile and an address outlive the session', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'elif');
  await page.goto('/settings/profile');
  const bio = page.getByRole('textbox', { name: 'About you' });
  await bio.fill('I mend what others throw away.');
  await lapse(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('What you typed is still here.').waitFor();
  assert.equal(await bio.inputValue(), 'I mend what others throw away.');
  await comeBack(page);
  assert.equal(new URL(page.url()).pathname, '/settings/profile');
  assert.equal(await bio.inputValue(), 'I mend what others throw away.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your profile is saved.').waitFor();

  const noor = await server.token('noor');
  const gift = { handle: 'elif', points: 1_000_000, reason: 'For the story of it.' };
  await server.api('POST', '/admin/adjustments', gift, noor, { 'idempotency-key': 'address' });
  const { items } = (await (await fetch(`${server.url}/api/v1/rewards?limit=100`)).json()) as { items: { id: string; kind: string }[] };
  const sent = items.find(({ kind }) => kind === 'material');
  assert(sent);
  await page.goto(`/rewards?reward=${sent.id}`);
  const address = page.getByRole('dialog').getByRole('textbox');
  await address.fill('Elif, 12 Harbour Lane, 2nd floor');
  await lapse(page);
  await page.getByRole('button', { name: /^Redeem for/ }).click();
  await page.getByText('What you typed is still here.').waitFor();
  assert.equal(await address.inputValue(), 'Elif, 12 Harbour Lane, 2nd floor');
  await comeBack(page);
  assert.equal(await address.inputValue(), 'Elif, 12 Harbour Lane, 2nd floor');
  await page.context().close();
});

test('what was typed into a dialog is there when it is opened again after signing in', async () => {
  const page = await server.newPage({ screen: 'phone' });
  await server.signIn(page, 'elif');
  const { items } = (await (await fetch(`${server.url}/api/v1/questions`)).json()) as {
    items: { id: string; author: { handle: string } }[];
  };
  const others = items.find(({ author }) => author.handle !== 'elif');
  assert(others);
  await page.goto(`/questions/${others.id}`);
  await page.getByRole('button', { name: 'Report' }).first().click();
  await page.getByRole('radio', { name: 'Something else' }).check();
  const note = page.getByRole('dialog').getByRole('textbox');
  await note.fill('It names a neighbour, who never asked for that.');
  await lapse(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Report' }).click();
  await page.getByText('What you typed is still here.').waitFor();
  await comeBack(page);
  await page.getByRole('button', { name: 'Report' }).first().click();
  assert.equal(await note.inputValue(), 'It names a neighbour, who never asked for that.');
  assert(await page.getByRole('radio', { name: 'Something else' }).isChecked());

  // A form on a page is there at once, and after a mere reload, too.
  await page.goto('/groups/new');
  await page.getByLabel('Name').fill('Lamp menders');
  await page.waitForFunction(() => Object.values({ ...localStorage }).some((value) => value.includes('Lamp menders')));
  await page.reload();
  await page.getByLabel('Name').waitFor();
  assert.equal(await page.getByLabel('Name').inputValue(), 'Lamp menders');
  await page.context().close();
});
