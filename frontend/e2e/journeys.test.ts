/** What a stranger does without reading anything, on the phone and at the desk. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Screen, screens, settled, TestServer } from './server.ts';

const PASSWORD = 'three quiet rivers meet';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

async function join(page: Page, name: string, handle: string) {
  await page.goto('/');
  await page.getByRole('main').getByRole('link', { name: 'Join the community' }).click();
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Handle').fill(handle);
  await page.getByLabel('E-mail address').fill(`${handle}@example.org`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create my account' }).click();
  await page.getByRole('button', { name: 'Your account' }).waitFor();
}

async function ask(page: Page, title: string, body: string) {
  await page.getByRole('banner').getByRole('link', { name: 'Ask a question' }).first().click();
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Details').fill(body);
  await page.getByRole('textbox', { name: 'Tags' }).fill('touring');
  await page.getByRole('textbox', { name: 'Tags' }).press(',');
  await page.getByRole('button', { name: 'Ask the question' }).click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
}

async function answer(page: Page, body: string) {
  await page.getByRole('textbox', { name: 'Your answer' }).fill(body);
  await page.getByRole('button', { name: 'Post your answer' }).click();
  await page.getByText(body).first().waitFor();
}

/** What happens soon, though not at once. */
async function eventually(look: () => Promise<unknown>, tries = 10) {
  for (let left = tries; ; left--) {
    try {
      return await look();
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
}

async function customers(screen: Screen) {
  const title = `How do I carry a cello on a ${screen === 'phone' ? 'folding bike' : 'cargo bike'}?`;
  const [asker, helper] = await Promise.all([server.newPage({ screen }), server.newPage({ screen })]);

  await join(asker, 'Cleo Marsh', `cleo-${screen}`);
  await ask(asker, title, 'It weighs **nine kilos** and must not get wet. What do others do?');
  await server.inspect(asker, `journey-asked-${screen}`);

  await join(helper, 'Hugo Lind', `hugo-${screen}`);
  await helper.goto(new URL(asker.url()).pathname);
  await answer(helper, 'A hard case on the front rack, two straps, and a rain cover over all of it.');
  await server.inspect(helper, `journey-answered-${screen}`);

  // A comment is taken back, and Enter alone does not do it.
  await helper.getByRole('button', { name: 'Add a comment' }).first().click();
  await helper.getByRole('textbox', { name: 'Add a comment' }).fill('Mine has been dry for two winters.');
  await helper.getByRole('button', { name: 'Comment', exact: true }).click();
  await helper.getByRole('button', { name: 'Delete the comment' }).click();
  await helper.getByRole('dialog').waitFor();
  await helper.keyboard.press('Enter');
  await helper.getByRole('dialog').waitFor({ state: 'detached' });
  await helper.getByText('Mine has been dry for two winters.').waitFor();

  // The asker accepts, and the points of it are on their way to the helper.
  await asker.reload();
  await asker.getByRole('button', { name: 'This answer helped' }).click();
  await asker.getByText('Accepted answer').first().waitFor();
  // Points follow as soon as the event is delivered.
  const waiting = helper.getByText(/available after the waiting time/).first();
  await eventually(async () => {
    await helper.goto('/points');
    await waiting.waitFor({ timeout: 2_000 });
  });
  await server.inspect(helper, `journey-points-${screen}`);

  // Points that can be spent at once come by the company's hand.
  await server.api(
    'POST',
    '/admin/adjustments',
    { handle: `hugo-${screen}`, points: 100, reason: 'A welcome gift.' },
    await server.token('noor'),
    {
      'idempotency-key': `welcome-${screen}`,
    },
  );
  await helper.goto('/rewards');
  await settled(helper);
  await helper.getByRole('link', { name: 'Redeem: Free delivery' }).click();
  await helper
    .getByRole('dialog')
    .getByRole('button', { name: /^Redeem for/ })
    .click();
  await helper.getByText(/Free delivery is (yours|set aside for you)/).waitFor();
  await server.inspect(helper, `journey-redeemed-${screen}`);
  await helper.goto('/rewards/mine');
  await helper.getByText('Free delivery').first().waitFor();

  for (const page of [asker, helper]) {
    server.expectSilentConsole(page, `journey ${screen}`);
    await page.context().close();
  }
}

/** A post is flagged; the moderator sees what hiding it moves, hides it, and takes it back. */
async function moderators(screen: Screen) {
  const [writer, reader, moderator] = await Promise.all([
    server.newPage({ screen }),
    server.newPage({ screen }),
    server.newPage({ screen }),
  ]);
  const title = `Buy cheap watches here (${screen}), best price`;
  await join(writer, 'Spencer Brand', `spencer-${screen}`);
  await ask(writer, title, 'Really cheap watches for everybody, have a look at them today.');
  const path = new URL(writer.url()).pathname;

  await server.signIn(reader, 'elif');
  await reader.goto(path);
  await reader.getByRole('button', { name: 'Report' }).first().click();
  await reader.getByRole('dialog').getByRole('radio', { name: /Spam/ }).check();
  await reader.getByRole('dialog').getByRole('button', { name: 'Report' }).click();
  await reader.getByText('Thank you. The moderators will look at it.').waitFor();

  await server.signIn(moderator, 'mattis');
  await moderator.goto('/admin/review');
  await settled(moderator);
  await moderator.getByText(title).first().click();
  await moderator.getByText('If the post is taken away').first().waitFor();
  await server.inspect(moderator, `journey-review-${screen}`);
  await moderator.getByRole('button', { name: /^Hide/ }).click();
  await moderator.locator('input[data-autofocus]').fill('It only advertises.');
  await moderator.locator('input[data-autofocus]').press('Enter');
  await moderator.getByRole('button', { name: 'Undo' }).waitFor();

  const visitor = await server.newPage({ screen });
  assert.equal((await visitor.goto(path))?.status(), 404);
  await moderator.getByRole('button', { name: 'Undo' }).click();
  await moderator
    .getByText(/is in the queue again/)
    .first()
    .waitFor();
  assert.equal((await visitor.goto(path))?.status(), 200);
  for (const page of [writer, reader, moderator]) {
    server.expectSilentConsole(page, `moderation ${screen}`);
    await page.context().close();
  }
}

for (const screen of screens) {
  test(`a stranger joins, asks, answers, accepts, sees points arrive and redeems (${screen})`, () => customers(screen));
  test(`a moderator decides a review item and takes it back (${screen})`, () => moderators(screen));
}
