/** Around a merge: the other member is found, what is refused is said in the reader's language, and pages of who is merged lead on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, Town } from './town.ts';

let town: Town;
/** An administrator's. */
let noor: string;
before(async () => {
  town = await Town.start();
  const email = 'noor@shop.example';
  ({ access_token: noor } = (await town.api('POST', '/auth/login', { email, password: town.password }, '')) as { access_token: string });
  for (const handle of ['joe-1', 'joe-2', 'joe-3']) {
    const account = { email: `${handle}@shop.example`, password: town.password, handle, display_name: `Joe of ${handle}` };
    await town.api('POST', '/auth/register', account, '');
  }
  await town.api('POST', '/admin/members/joe-3/merges', { into: 'joe-2', reason: 'One and the same.' }, noor);
});
after(() => town.stop());

const NOBODY = 'Nobody begins like that.';

test('what is refused is said in German on German pages', async () => {
  const page = await town.visit({ locale: 'de-DE' });
  await page.goto('/sign-up');
  await page.getByLabel('Ihr Name').fill('Joe');
  await page.getByLabel('Kurzname').fill('joe-4');
  await page.getByLabel('E-Mail').fill('joe-3@shop.example');
  await page.getByLabel('Passwort', { exact: true }).fill(town.password);
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
  await page.getByLabel('Passwort', { exact: true }).fill(town.password);
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
