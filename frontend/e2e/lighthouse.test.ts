/** Lighthouse on the pages that matter most. Performance is printed, not asserted: it depends on the machine. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import lighthouse, { desktopConfig } from 'lighthouse';
import { type BrowserContext, chromium } from 'playwright-core';
import { BROWSER, freePort, settled, TestServer } from './server.ts';

const CATEGORIES = ['accessibility', 'best-practices', 'seo'];
const LAYOUT_SHIFT_MAX = 0.05;

let server: TestServer;
let browser: BrowserContext;
let port: number;
const profile = mkdtempSync(join(tmpdir(), 'regulars-lighthouse-'));

before(async () => {
  server = await TestServer.start();
  port = await freePort();
  browser = await chromium.launchPersistentContext(profile, {
    ...BROWSER,
    baseURL: server.url,
    locale: 'en-GB',
    args: [...BROWSER.args, `--remote-debugging-port=${port}`],
  });
});
after(async () => {
  await browser.close();
  await server.stop();
  rmSync(profile, { recursive: true, force: true });
});

async function audit(path: string, measured = false) {
  const config = {
    ...desktopConfig,
    settings: { ...desktopConfig.settings, throttlingMethod: 'provided' as const, maxWaitForLoad: 60_000 },
  };
  const onlyCategories = measured ? [...CATEGORIES, 'performance'] : CATEGORIES;
  const result = await lighthouse(server.url + path, { port, onlyCategories, disableStorageReset: true, logLevel: 'error' }, config);
  assert(result);
  const { categories, audits } = result.lhr;
  for (const name of CATEGORIES) {
    const category = categories[name];
    const failed = category?.auditRefs.map(({ id }) => audits[id]).filter((one) => one && one.score !== null && one.score < 1);
    assert.equal(category?.score, 1, `${path}: ${name}: ${failed?.map((one) => `${one?.id}: ${one?.title}`).join('; ')}`);
  }
  return result.lhr;
}

async function questionPath() {
  const page = await browser.newPage();
  await page.goto('/questions');
  await settled(page);
  const path = await page.locator('main a[href^="/questions/0"]').first().getAttribute('href');
  await page.close();
  assert(path);
  return path;
}

test('visitors’ pages', async (t) => {
  for (const path of ['/', await questionPath(), '/rewards']) {
    await t.test(path, async () => {
      const { audits, categories } = await audit(path, true);
      const shift = audits['cumulative-layout-shift']?.numericValue ?? 1;
      assert(shift < LAYOUT_SHIFT_MAX, `The layout shifts by ${shift}.`);
      console.log(`${path}: performance ${(categories.performance?.score ?? 0) * 100}`);
    });
  }
});

test('the review queue, signed in', async () => {
  const page = await browser.newPage();
  await server.signIn(page, 'mattis');
  await page.close();
  await audit('/admin/review');
});
