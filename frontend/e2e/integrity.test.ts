/** An administrator has the books checked, watches how far it is, and reads what was found. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Screen, screens, settled, TestServer } from './server.ts';

const CHECK = '**/api/v1/admin/ledger/integrity';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server?.stop());

async function checked(screen: Screen) {
  const page = await server.newPage({ screen });
  await server.signIn(page, 'noor');
  await page.goto('/admin/adjustments');
  await settled(page);
  const books = page.getByRole('region', { name: 'Integrity of the books' });
  const start = books.getByRole('button', { name: 'Check now' });

  // The books of few members are read in no time: the page is told for a while that there is more.
  let halfway = true;
  await page.route(CHECK, async (route) => {
    const answer = await route.fetch();
    const found = await answer.json();
    const requested_at = new Date().toISOString();
    if (halfway && route.request().method() === 'GET') found.running = { requested_at, checked: 21, total: 42 };
    await route.fulfill({ response: answer, json: found });
  });
  await start.click();
  await books.getByRole('status').filter({ hasText: '21 of 42' }).waitFor();
  assert(await start.isDisabled(), 'nobody asks twice');
  assert.equal(await books.getByRole('progressbar').getAttribute('aria-valuenow'), '50');
  await server.inspect(page, `integrity-running-${screen}`);

  halfway = false;
  await books.getByText('Every check holds. The books are sound.').waitFor();
  await books.getByRole('status').waitFor({ state: 'detached' });
  const results = books.getByRole('row');
  assert((await results.count()) > 30, 'each invariant has a row');
  assert.equal(await results.filter({ hasText: 'Holds' }).count(), (await results.count()) - 1, 'all hold, below the heading');
  await server.inspect(page, `integrity-found-${screen}`);

  // What was found stays for whoever comes next.
  await page.unroute(CHECK);
  await page.reload();
  await books.getByText('Every check holds. The books are sound.').waitFor();
  server.expectSilentConsole(page, `integrity ${screen}`);
  await page.context().close();
}

for (const screen of screens) {
  test(`the books are checked from the page, ${screen}`, () => checked(screen));
}
