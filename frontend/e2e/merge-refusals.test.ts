/** Around a merge: the other member is found, what is refused is said in the reader's language, and pages of who is merged lead on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, TestServer } from './server.ts';

let server: TestServer;
/** An administrator's. */
let noor: string;
before(async () => {
  server = await TestServer.start();
  noor = await server.token('noor');
  for (const handle of ['joe-1', 'joe-2', 'joe-3']) {
    const account = { email: `${handle}@shop.example`, password: server.password, handle, display_name: `Joe of ${handle}` };
    await server.api('POST', '/auth/register', account, '');
  }
  await server.api('POST', '/admin/members/joe-3/merges', { into: 'joe-2', reason: 'One and the same.' }, noor);
});
after(() => server.stop());

const NOBODY = 'Nobody begins like that.';

test('the search for the other member says only what it knows', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'noor');
  await page.goto('/admin/members/joe-1');
  await settled(page);
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Merge with another member' }).click();
  const dialog = page.getByRole('dialog');
  const field = dialog.getByRole('combobox', { name: 'The other member' });
  let answer = () => {};
  await page.route(/members\?.*q=zzz/, async (route) => {
    await new Promise<void>((go) => {
      answer = go;
    });
    await route.continue();
  });
  await page.route(/members\?.*q=refused/, (route) => {
    const problem = { type: '/problems/forbidden', title: 'Forbidden', status: 403, code: 'forbidden', detail: 'Not for you.' };
    return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  const asked = page.waitForRequest(/members\?.*q=zzz/);
  await field.fill('zzz');
  await asked;
  await page.getByText('Searching…').waitFor();
  assert.equal(await page.getByText(NOBODY).count(), 0);
  answer();
  await page.getByText(NOBODY).waitFor();
  await field.fill('refused');
  await page.getByText('Not for you.').waitFor();
  assert.equal(await page.getByText(NOBODY).count(), 0);
  server.ignoreConsoleSoFar(page);

  await field.fill('joe-3');
  await page.getByRole('option', { name: 'Part of @joe-2' }).waitFor();
  await field.fill('joe-2');
  await page.getByRole('option', { name: 'joe-2@' }).click();
  const merge = dialog.getByRole('button', { name: 'Merge', exact: true });
  await dialog.getByText('What comes over').waitFor();
  assert(await merge.isEnabled());
  await field.pressSequentially('x');
  assert.equal(await field.inputValue(), 'joe-2x');
  await page.getByText(NOBODY).waitFor();
  assert(await merge.isDisabled());
  assert.equal(await page.getByRole('option', { name: 'joe' }).count(), 0);
  await page.goto('/admin/members?q=joe-3');
  await page.getByRole('row', { name: /joe-3/ }).getByText('Part of @joe-2').waitFor();
  server.expectSilentConsole(page, 'search');
  await page.context().close();
});

test('what is refused is said in German on German pages', async () => {
  const page = await server.newPage({ locale: 'de-DE' });
  await page.goto('/sign-up');
  await page.getByLabel('Ihr Name').fill('Joe');
  await page.getByLabel('Kurzname').fill('joe-4');
  await page.getByLabel('E-Mail').fill('joe-3@shop.example');
  await page.getByLabel('Passwort', { exact: true }).fill(server.password);
  await page.getByRole('button', { name: 'Konto anlegen' }).click();
  await page.getByRole('alert').filter({ hasText: 'Alles daraus ist jetzt im Konto @joe-2.' }).waitFor();
  const wrong = 'Dieser Code gilt nicht, oder nicht mehr. Einen neuen zeigt Ihnen der Shop';
  await page.getByRole('button', { name: 'Ich habe einen Code von einem Shop' }).click();
  await page.getByLabel('Code des Shops').fill('no-such-code');
  await page.getByLabel('E-Mail').fill('joe-4@shop.example');
  await page.getByRole('button', { name: 'Konto anlegen' }).click();
  await page.getByText(wrong).waitFor();

  await page.goto('/sign-in?next=/settings/shops');
  await page.getByLabel('E-Mail').fill('joe-1@shop.example');
  await page.getByLabel('Passwort', { exact: true }).fill(server.password);
  await page.getByRole('main').getByRole('button', { name: 'Anmelden' }).click();
  await page.getByLabel('Code des Shops').fill('no-such-code');
  const link = page.getByRole('button', { name: 'Verbinden' });
  await link.click();
  await page.getByText(wrong).waitFor();
  await page.route('**/me/links', (route) => {
    const problem = { type: '/problems/rate_limited', title: 'Too Many Requests', status: 429, code: 'rate_limited', detail: 'Later.' };
    return route.fulfill({ status: 429, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  await link.click();
  await page.getByText('Zu viel auf einmal').waitFor();
  await page.context().close();
});

test('pages of who was merged show nothing of the other’s, and lead on', async () => {
  const page = await server.newPage();
  await page.goto('/members/joe-3/answers');
  await page.waitForURL('**/members/joe-2/answers');
  await page.getByRole('heading', { name: 'Joe of joe-2' }).waitFor();
  await server.signIn(page, 'noor');
  await page.goto('/admin/members/joe-3?tab=purchases');
  await page.getByRole('tab', { name: 'Overview', selected: true }).waitFor();
  assert.equal(await page.getByRole('tab', { name: 'Purchases' }).count(), 0);
  await page.getByRole('tab', { name: 'Points' }).click();
  await page.getByRole('tabpanel', { name: 'Points' }).waitFor();
  server.expectSilentConsole(page, 'merged');
  await page.context().close();
});

test('a merge that can no longer be undone says so, and so does the list', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'noor');
  // The longer word of the other language has its place, too.
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.evaluate(() => localStorage.setItem('regulars.language', 'de'));
  await page.goto('/admin/members/joe-2?tab=merges');
  const undo = page.getByRole('button', { name: 'Rückgängig machen: joe-3' });
  await undo.waitFor();
  await server.inspect(page, 'merged-list-de');
  const [end, room] = await undo.evaluate((button) => {
    const list = button.closest('[role="region"]') ?? button;
    return [button.getBoundingClientRect().right, list.getBoundingClientRect().right];
  });
  assert(end <= room, `The button ends at ${end}, the list at ${room}.`);
  await page.evaluate(() => localStorage.setItem('regulars.language', 'en'));
  await page.reload();
  await page.getByRole('button', { name: 'Undo: joe-3' }).click();
  const gift = { handle: 'joe-2', points: 5, reason: 'Points that move.' };
  await server.api('POST', '/admin/adjustments', gift, noor, { 'idempotency-key': 'moved' });
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('They are two after all.');
  await dialog.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('This merge cannot be undone').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Can no longer be undone:').waitFor();
  // The button from which it began is gone.
  await page.waitForFunction(() => document.activeElement?.id === 'main');
  await page.context().close();
});
