/** Long names and words on the phone: they break, and nothing is cut off or pushed out of the page. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

const LONG_NAME = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbau'.padEnd(60, 'x');
const LONG_TITLE = `${'Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz'.padEnd(120, 'x')} and what of it?`;

test('no page is wider than a phone because of a name or a title', async () => {
  const page = await server.newPage({ screen: 'phone' });
  await page.goto('/sign-up');
  await page.getByLabel('Your name').fill(LONG_NAME);
  await page.getByLabel('Handle').fill('long-name-of-somebody');
  await page.getByLabel('E-mail address').fill('long-name-of-somebody@shop.example');
  await page.getByLabel('Password', { exact: true }).fill(server.password);
  await page.getByRole('button', { name: 'Create my account' }).click();
  await page.getByRole('button', { name: 'Your account' }).waitFor();
  const long = await server.token('long-name-of-somebody');
  const noor = await server.token('noor');
  const question = { title: LONG_TITLE, body: `What ${LONG_TITLE} is, I do not know.`, tags: ['touring'] };
  const { id } = (await server.api('POST', '/questions', question, long)) as { id: string };
  await server.api('POST', `/questions/${id}/answers`, { body: `It is ${LONG_TITLE}, is it not?` }, noor);
  const gift = { handle: 'long-name-of-somebody', points: 900_000_000, reason: LONG_NAME };
  await server.api('POST', '/admin/adjustments', gift, noor, { 'idempotency-key': 'long' });
  const partner = (await server.api('POST', '/admin/partners', { name: LONG_NAME }, noor)) as { id: string };
  await server.api('POST', '/admin/api-keys', { partner_id: partner.id, name: LONG_NAME, scopes: ['purchases:write'] }, noor);

  const visit = async (paths: string[]) => {
    for (const path of paths) {
      await page.goto(path);
      await server.inspect(page, `narrow-${path.replaceAll('/', '-').replace(id, 'question')}`);
      const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert(wide <= seen, `${path} is ${wide} wide on a phone of ${seen}.`);
    }
  };
  await visit([
    '/',
    '/questions?sort=new',
    `/questions/${id}`,
    '/leaderboards/points',
    '/members',
    '/members/long-name-of-somebody',
    '/points',
  ]);
  // What narrows the list does not touch it.
  await page.goto('/questions');
  await settled(page);
  const filter = await page
    .getByRole('combobox', { name: 'Filter by tag' })
    .or(page.getByRole('textbox', { name: 'Filter by tag' }))
    .first()
    .boundingBox();
  const list = await page.locator('main article').first().boundingBox();
  assert(filter && list && list.y - (filter.y + filter.height) >= 8, 'The filter touches the list.');
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
  await server.signIn(page, 'noor');
  await visit(['/admin/members', '/admin/members/long-name-of-somebody', '/admin/audit-log', '/admin/api-keys', '/admin/partners']);
  await page.context().close();
});
