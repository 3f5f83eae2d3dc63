/** A double click, and Enter pressed twice, do one thing. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { settled, TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

const editor = (page: Page) => page.getByRole('textbox', { name: 'Your answer' });

/** Counts what is written to addresses of a form. */
function counted(page: Page, address: RegExp): () => number {
  let times = 0;
  page.on('request', (request) => {
    if (request.method() !== 'GET' && address.test(new URL(request.url()).pathname)) times++;
  });
  return () => times;
}

test('a double click answers, comments, asks and redeems once, at once or a moment later', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'elif');
  const path = await server.openQuestion();
  for (const [pause, name] of [
    [0, 'at once'],
    [180, 'a moment later'],
  ] as const) {
    const twice = async (button: ReturnType<Page['getByRole']>) => {
      const box = await button.boundingBox();
      assert(box);
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await button.click();
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      await page.mouse.click(x, y, { clickCount: 2 });
    };
    await page.goto(path);
    await editor(page).fill(`Once and for all, ${name}: a spare tube and two levers.`);
    const answers = counted(page, /\/answers$/);
    const send = page.getByRole('button', { name: 'Post your answer' });
    await send.scrollIntoViewIfNeeded();
    await twice(send);
    await page.getByText(`Once and for all, ${name}`).first().waitFor();
    await settled(page);
    assert.equal(answers(), 1, `answers ${name}`);

    const comments = counted(page, /\/comments$/);
    await page.getByRole('button', { name: 'Add a comment' }).first().click();
    await page.getByRole('textbox', { name: 'Add a comment' }).fill(`A word about it, ${name}.`);
    await twice(page.getByRole('button', { name: 'Comment', exact: true }));
    await page.getByText(`A word about it, ${name}.`).waitFor();
    assert.equal(comments(), 1, `comments ${name}`);
  }

  // A moment later the new page is there, and the second click means something on it.
  const questions = counted(page, /\/questions$/);
  await page.getByRole('banner').getByRole('link', { name: 'Ask a question' }).first().click();
  await page.getByLabel('Title').fill('Who has asked this, and only once?');
  await page.getByLabel('Details').fill('It should stand here a single time, however often one clicks.');
  await page.getByRole('textbox', { name: 'Tags' }).fill('touring');
  await page.getByRole('textbox', { name: 'Tags' }).press(',');
  await page.getByRole('textbox', { name: 'Tags' }).press('Tab');
  const ask = page.getByRole('button', { name: 'Ask the question' });
  await ask.scrollIntoViewIfNeeded();
  await ask.dblclick();
  await page.getByRole('heading', { level: 1, name: 'Who has asked this, and only once?' }).waitFor();
  assert.equal(questions(), 1, 'questions');
  assert.deepEqual(await page.getByRole('alert').allTextContents(), ['Your question is online.']);
  server.expectSilentConsole(page, 'double clicks');
  await page.context().close();
});

test('Enter pressed twice signs in once, and a reward is redeemed once', async () => {
  const page = await server.newPage();
  const logins = counted(page, /\/auth\/login$/);
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('elif@shop.example');
  const password = page.getByLabel('Password', { exact: true });
  await password.fill(server.password);
  await password.evaluate((field) => {
    const form = field.closest('form');
    form?.requestSubmit();
    form?.requestSubmit();
  });
  await page.getByRole('button', { name: 'Your account' }).waitFor();
  assert.equal(logins(), 1);

  const noor = await server.token('noor');
  const gift = { handle: 'elif', points: 5_000, reason: 'A welcome gift.' };
  await server.api('POST', '/admin/adjustments', gift, noor, { 'idempotency-key': 'twice' });
  const redemptions = counted(page, /\/redemptions$/);
  await page.goto('/rewards');
  await settled(page);
  await page.getByRole('link', { name: 'Redeem: Free delivery' }).click();
  const redeem = page.getByRole('dialog').getByRole('button', { name: /^Redeem for/ });
  await redeem.waitFor();
  await settled(page);
  await redeem.dblclick();
  await page.getByText(/Free delivery is (yours|set aside for you)/).waitFor();
  assert.equal(redemptions(), 1);
  await page.context().close();
});

test('a member is suspended once, and points are given once and as many as were typed', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'noor');
  const open = async (act: string) => {
    await page.goto('/admin/members/elif');
    await page.getByRole('button', { name: 'Actions', exact: true }).click();
    await page.getByRole('menuitem', { name: act }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('For the story of it.');
  };
  const given = counted(page, /\/adjustments$/);
  await open('Adjust points');
  const points = page.getByRole('dialog').getByRole('textbox', { name: 'Points' });
  for (const [typed, refusal] of [
    ['1.5', 'Write a whole number, such as 123,450.'],
    ['0', 'At least 1, please.'],
  ] as const) {
    await points.fill(typed);
    await points.press('Enter');
    await page.getByText(refusal).waitFor();
    assert.equal(await points.inputValue(), typed);
  }
  assert.equal(given(), 0);
  await points.fill('1,234,567');
  await points.press('Tab');
  assert.equal(await points.inputValue(), '1,234,567');
  const balance = async (when: string) =>
    Number((await page.getByRole('dialog').getByText(when).locator('xpath=following-sibling::*').textContent())?.replaceAll(',', ''));
  assert.equal(await balance('Available afterwards'), (await balance('Available now')) + 1_234_567);
  const answered = page.waitForResponse(/\/adjustments$/);
  const expected = await balance('Available afterwards');
  await page.getByRole('dialog').getByRole('button', { name: 'Give points' }).dblclick();
  assert.equal(((await (await answered).json()) as { available: number }).available, expected);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(given(), 1);

  const sanctions = counted(page, /\/sanctions$/);
  await open('Warn, silence or suspend');
  await page.getByRole('dialog').getByLabel('Measure').selectOption('suspension');
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).dblclick();
  await page.getByText('elif was suspended.').waitFor();
  assert.equal(sanctions(), 1);
  await page.context().close();
});
