/**
 * How long a visitor on a slow link (1.6 Mbit/s, 150 ms) waits for a question's text, once and as the median of several.
 * `make slow-link` runs it.
 */
import type { Page } from 'playwright-core';
import { settled, TestServer } from './server.ts';

const ROUNDS = 7;
const LINK = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (0.75 * 1024 * 1024) / 8 };

async function measured(page: Page, path: string) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', LINK);
  await page.goto(path, { waitUntil: 'commit' });
  await page.locator('main h1').first().waitFor();
  await settled(page);
  return page.evaluate(() => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
    const bytes = performance
      .getEntriesByType('resource')
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).transferSize, 0);
    return { paint, bytes };
  });
}

const server = await TestServer.start();
try {
  const scout = await server.newPage();
  await scout.goto('/questions');
  await settled(scout);
  const path = (await scout.locator('main a[href^="/questions/0"]').first().getAttribute('href')) ?? '/';
  const paints: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const page = await server.newPage({ screen: 'phone' });
    const result = await measured(page, path);
    paints.push(result.paint);
    bytes = result.bytes;
    await page.context().close();
  }
  paints.sort((a, b) => a - b);
  console.log(
    `Text painted after ${Math.round(paints[ROUNDS >> 1] ?? 0)} ms (median of ${ROUNDS}: ${paints.map(Math.round).join(', ')}); ${Math.round(bytes / 1024)} KiB in all.`,
  );
} finally {
  await server.stop();
}
