/** What the server refuses is said in the reader's language, by the problem's code. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { settled, TestServer } from './server.ts';

const SERVER_SAYS = 'You own 10 groups, and nobody may own more.';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
  const account = { email: 'gil@shop.example', password: server.password, handle: 'gil', display_name: 'Gil' };
  await server.api('POST', '/auth/register', account, '');
  const gil = await server.token('gil');
  for (let number = 1; number <= 10; number++) {
    await server.api('POST', '/groups', { name: `Gil’s group ${number}`, description: 'One of many.', kind: 'open', private: false }, gil);
  }
});
after(() => server.stop());

/** Gil's page on which a group is founded, in the browser's language. */
async function foundingPage(locale: string, prepare?: (page: Page) => Promise<unknown>): Promise<Page> {
  const page = await server.newPage({ locale, screen: 'phone' });
  await prepare?.(page);
  const german = locale.startsWith('de');
  await page.goto('/sign-in?next=/groups/new');
  await page.getByLabel('E-mail').fill('gil@shop.example');
  await page.getByLabel(german ? 'Passwort' : 'Password', { exact: true }).fill(server.password);
  await page
    .getByRole('main')
    .getByRole('button', { name: german ? 'Anmelden' : 'Sign in' })
    .click();
  await page.waitForURL('**/groups/new');
  await settled(page);
  return page;
}

async function found(page: Page) {
  const form = page.getByRole('main').locator('form');
  await form.getByLabel('Name', { exact: false }).first().fill('One too many');
  await form.getByRole('textbox').nth(1).fill('The eleventh of them.');
  await form.locator('[type=submit]').click();
}

test('a German page says in German what only the code tells', async () => {
  const page = await foundingPage('de-DE');
  await found(page);
  const notice = page.getByRole('alert').filter({ hasText: 'Das geht so nicht' });
  await notice.getByText('Ihnen gehören 10 Gruppen, und mehr sind nicht möglich.').waitFor();
  assert.equal(await page.getByText(SERVER_SAYS).count(), 0);
  server.ignoreConsoleSoFar(page);
  await server.inspect(page, 'refusal-phone-de');
  await page.context().close();
});

test('an English page shows the server’s sentence, of the very case', async () => {
  const page = await foundingPage('en-GB');
  await found(page);
  await page.getByRole('alert').filter({ hasText: 'That cannot be done' }).getByText(SERVER_SAYS).waitFor();
  await page.context().close();
});

test('without the catalogue, or for a code that it does not know, the server’s sentence is shown', async () => {
  const page = await foundingPage('de-DE', (page) => page.route('**/assets/problems-*.js', (route) => route.abort()));
  await found(page);
  await page.getByText(SERVER_SAYS).waitFor();
  await page.context().close();

  const later = await foundingPage('de-DE');
  await later.route('**/api/v1/groups', (route) => {
    const problem = { type: '/problems/brand_new', title: 'Conflict', status: 409, code: 'brand_new', detail: 'Nobody knows this yet.' };
    return route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  await found(later);
  await later.getByRole('alert').filter({ hasText: 'Das geht so nicht' }).getByText('Nobody knows this yet.').waitFor();
  await later.context().close();
});

test('members of a problem stand in its sentence, and so does how long to wait', async () => {
  const page = await foundingPage('de-DE');
  await page.route('**/api/v1/groups', (route) => {
    const problem = { type: '/problems/rate_limited', title: 'Too Many Requests', status: 429, code: 'rate_limited', detail: 'Later.' };
    const headers = { 'retry-after': '120' };
    return route.fulfill({ status: 429, contentType: 'application/problem+json', headers, body: JSON.stringify(problem) });
  });
  await found(page);
  await page.getByText(/viele Anfragen gesendet.* Möglich ist das wieder in [12] Minuten?\./).waitFor();
  await page.route('**/api/v1/groups', (route) => {
    const points = { required: 1200, available: 200, missing: 1000 };
    const problem = {
      type: '/problems/insufficient_points',
      title: 'Conflict',
      status: 409,
      code: 'insufficient_points',
      detail: '',
      ...points,
    };
    return route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
  await page.getByRole('main').locator('form [type=submit]').click();
  await page.getByText('Dafür sind 1.200 Punkte nötig, und 200 sind verfügbar: Es fehlen 1.000.').waitFor();
  await page.context().close();
});
