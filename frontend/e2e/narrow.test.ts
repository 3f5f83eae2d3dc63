/** Long names and words on the phone: they break, and nothing is cut off or pushed out of the page. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, Town } from './town.ts';

let town: Town;
before(async () => {
  town = await Town.start();
});
after(() => town.stop());

const LONG_NAME = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbau'.padEnd(60, 'x');
const LONG_TITLE = `${'Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz'.padEnd(120, 'x')} and what of it?`;

async function tokenOf(email: string, password: string): Promise<string> {
  const response = await fetch(`${town.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

test('no page is wider than a phone because of a name or a title', async () => {
  const page = await town.visit({ screen: 'phone' });
  await page.goto('/sign-up');
  await page.getByLabel('Your name').fill(LONG_NAME);
  await page.getByLabel('Handle').fill('long-name-of-somebody');
  await page.getByLabel('E-mail address').fill('long@example.org');
  await page.getByLabel('Password', { exact: true }).fill('three quiet rivers meet');
  await page.getByRole('button', { name: 'Create my account' }).click();
  await page.getByRole('button', { name: 'Your account' }).waitFor();
  const long = await tokenOf('long@example.org', 'three quiet rivers meet');
  const noor = await tokenOf('noor@shop.example', town.password);
  const question = { title: LONG_TITLE, body: `What ${LONG_TITLE} is, I do not know.`, tags: ['touring'] };
  const { id } = (await town.api('POST', '/questions', question, long)) as { id: string };
  await town.api('POST', `/questions/${id}/answers`, { body: `It is ${LONG_TITLE}, is it not?` }, noor);
  const gift = { handle: 'long-name-of-somebody', points: 900_000_000, reason: LONG_NAME };
  await town.api('POST', '/admin/adjustments', gift, noor, { 'idempotency-key': 'long' });
  const partner = (await town.api('POST', '/admin/partners', { name: LONG_NAME }, noor)) as { id: string };
  await town.api('POST', '/admin/api-keys', { partner_id: partner.id, name: LONG_NAME, scopes: ['purchases:write'] }, noor);

  const visit = async (paths: string[]) => {
    for (const path of paths) {
      await page.goto(path);
      await town.inspect(page, `narrow-${path.replaceAll('/', '-').replace(id, 'question')}`);
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
  await town.signIn(page, 'noor');
  await visit(['/admin/members', '/admin/members/long-name-of-somebody', '/admin/audit-log', '/admin/api-keys', '/admin/partners']);
  await page.context().close();
});
