/** Two people edit one thing: nobody's words are lost, and nothing is written over unseen. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { settled, TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

const load = (page: Page) => page.getByRole('button', { name: 'Load it as it is now' });

/** Somebody comes back from another tab when all that was read is old. */
async function comeBack(page: Page) {
  await page.clock.fastForward(31_000);
  await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')));
}

test('a question that somebody else edited meanwhile is neither overwritten nor lost', async () => {
  const noor = await server.token('noor');
  const path = await server.openQuestion();
  const page = await server.newPage();
  await page.clock.install();
  await server.signIn(page, 'mattis');
  await page.goto(path);
  await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  const details = page.getByRole('textbox', { name: 'Details' });
  await details.fill('What Mattis wrote, at some length, in the afternoon.');
  const theirs = 'What Noor wrote, at some length, in the morning.';
  await server.api('PATCH', path, { body: theirs, tags: ['lamps'] }, noor);

  // The page reads the question anew, and says so; what was typed stays.
  await comeBack(page);
  await load(page).waitFor();
  assert.equal(await details.inputValue(), 'What Mattis wrote, at some length, in the afternoon.');
  await page.getByRole('button', { name: 'Save' }).click();
  await load(page).waitFor();
  server.ignoreConsoleSoFar(page);

  // A reload loses nothing either, and the draft knows that it is older.
  await page.reload();
  await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  await page.getByText('You began this draft before that.').waitFor();
  assert.equal(await details.inputValue(), 'What Mattis wrote, at some length, in the afternoon.');
  await load(page).click();
  await page.getByRole('status').getByText(theirs).waitFor();
  await page.getByRole('button', { name: 'Remove lamps', exact: true }).waitFor();
  assert.equal(await details.inputValue(), 'What Mattis wrote, at some length, in the afternoon.');
  await server.inspect(page, 'edits-conflict');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your changes are saved.').waitFor();
  const { body, tags } = (await (await fetch(`${server.url}/api/v1${path}`)).json()) as { body: string; tags: string[] };
  assert.deepEqual([body, tags], ['What Mattis wrote, at some length, in the afternoon.', ['lamps']]);
  await page.context().close();
});

test('who edits a group sends what they changed, and opens no group that somebody has closed', async () => {
  const elif = await server.token('elif');
  const { slug } = (await server.api('POST', '/groups', { name: 'Lamp menders', description: '', kind: 'open', private: false }, elif)) as {
    slug: string;
  };
  const page = await server.newPage({ screen: 'phone' });
  await server.signIn(page, 'elif');
  await page.goto(`/groups/${slug}/edit`);
  const about = page.getByLabel('What is it for?');
  await about.fill('Lamps, and how to mend them.');
  await server.api('PATCH', `/groups/${slug}`, { private: true }, elif);
  await page.getByRole('button', { name: 'Save the settings' }).click();
  await load(page).click();
  await page.getByText('You changed different things.').waitFor();
  assert(await page.getByRole('switch').isChecked());
  server.ignoreConsoleSoFar(page);
  await page.getByRole('button', { name: 'Save the settings' }).click();
  await page.getByText("The group's settings are saved.").waitFor();
  const response = await fetch(`${server.url}/api/v1/groups/${slug}`, { headers: { authorization: `Bearer ${elif}` } });
  const group = (await response.json()) as { private: boolean; description: string };
  assert.deepEqual([group.private, group.description], [true, 'Lamps, and how to mend them.']);
  server.expectSilentConsole(page, 'edits-group');
  await page.context().close();
});

test('settings that are being edited stay in their form when somebody else saves others', async () => {
  const noor = await server.token('noor');
  const page = await server.newPage();
  await page.clock.install();
  await server.signIn(page, 'noor');
  await page.goto('/admin/settings');
  await settled(page);
  const name = page.getByLabel(/^Name/).first();
  await name.fill('The lamp club');
  await server.api('PATCH', '/admin/settings', { point_singular: 'watt', point_plural: 'watts' }, noor);
  await comeBack(page);
  await load(page).click();
  await page.getByText('You changed different things.').waitFor();
  assert.equal(await name.inputValue(), 'The lamp club');
  assert.equal(await page.getByLabel('One is called').inputValue(), 'watt');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The settings are saved.').waitFor();
  await page.context().close();
});

test('a comment’s edit that was given up does not come back, and the keyboard goes on where it was', async () => {
  const mattis = await server.token('mattis');
  const path = await server.openQuestion();
  await server.api('POST', `${path}/comments`, { body: 'Have you tried another cable?' }, mattis);
  const page = await server.newPage();
  await server.signIn(page, 'mattis');
  await page.goto(path);
  const edit = page.getByRole('button', { name: 'Edit the comment' }).last();
  await edit.click();
  const field = page.getByRole('textbox', { name: 'Edit the comment' });
  await field.fill('Something that I would rather not say.');
  await field.press('Escape');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Edit the comment');
  await page.keyboard.press('Enter');
  assert.equal(await field.inputValue(), 'Have you tried another cable?');
  await page.context().close();
});
