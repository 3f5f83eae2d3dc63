/** The history of a post shows what each change made of it, and what compares texts comes with it alone. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server.stop());

test('lines that came and went are marked, and the others stand between them', async () => {
  const page = await server.newPage();
  await server.signIn(page, 'noor');
  const loaded: string[] = [];
  page.on('response', (response) => loaded.push(new URL(response.url()).pathname));
  await page.goto(await server.openQuestion());
  await settled(page);
  await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  const [title, details] = [page.getByLabel('Title'), page.getByRole('textbox', { name: 'Details' })];
  const [oldTitle, text] = [await title.inputValue(), await details.inputValue()];
  assert(!text.includes('\n'), 'The question has a line.');
  await title.fill('What has become of this question?');
  await details.fill(`Before it.\n${text}\nAfter it.`);
  await page.getByRole('button', { name: 'Save' }).click();
  await details.waitFor({ state: 'detached' });
  assert(!loaded.some((path) => path.includes('RevisionsDialog')));
  await page.getByRole('button', { name: 'History' }).first().click();
  const latest = page.getByRole('dialog').getByRole('group', { name: 'What changed' }).first();
  await latest.waitFor();
  const lines = await latest
    .locator('[data-kind]')
    .evaluateAll((all) => all.map((line) => [(line as HTMLElement).dataset.kind, line.lastChild?.textContent]));
  const tags = lines[2]?.[1];
  assert.deepEqual(lines, [
    ['removed', oldTitle],
    ['added', 'What has become of this question?'],
    ['same', tags],
    ['added', 'Before it.'],
    ['same', text],
    ['added', 'After it.'],
  ]);
  assert(loaded.some((path) => path.includes('RevisionsDialog')));
  await server.inspect(page, 'revisions');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.textContent === 'History');
  await page.context().close();
});
