/**
 * Whether lists stay smooth when somebody reads on to the ten thousandth item: what a click for more costs at the beginning and at the
 * end, and what a frame costs while scrolling through them. `make long-lists` runs it.
 */
import type { Page } from 'playwright-core';
import { LISTS, opened, PER_PAGE } from './lists.ts';
import { TestServer } from './server.ts';

const ITEMS = 10_000;
const CLICKS = ITEMS / PER_PAGE - 1;
const FRAMES = 300;
const PIXELS_PER_FRAME = 400;

/** Clicks for more until nothing is left; returns how long it took each time until more was painted, in milliseconds. */
function readOn(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const more = () => [...document.querySelectorAll('#main button')].find(({ textContent }) => textContent.trim() === 'Show more');
    // Without a search through all that is drawn, which would be measured, too.
    const list = document.querySelector('[data-batch]')?.parentElement;
    const items = () => [...(list?.children ?? [])].reduce((sum, batch) => sum + (batch.firstElementChild?.childElementCount ?? 0), 0);
    const times: number[] = [];
    for (let button = more(); button instanceof HTMLElement; button = more()) {
      const before = items();
      const began = performance.now();
      button.click();
      while (items() === before) await frame();
      await frame();
      times.push(performance.now() - began);
    }
    return times;
  });
}

/** Scrolls from the list's top; returns how long each frame took, in milliseconds. */
function scrolled(page: Page): Promise<number[]> {
  return page.evaluate(
    async ([frames, pixels]) => {
      const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
      let scroller = document.querySelector('[data-batch]') ?? document.documentElement;
      while (scroller.parentElement && getComputedStyle(scroller).overflowY !== 'auto') scroller = scroller.parentElement;
      scroller.scrollTo(0, 0);
      await frame();
      let last = await frame();
      const times: number[] = [];
      for (let step = 0; step < frames; step++) {
        scroller.scrollBy(0, pixels);
        const now = await frame();
        times.push(now - last);
        last = now;
      }
      if (scroller.scrollTop < pixels) throw new Error('Nothing was scrolled.');
      return times;
    },
    [FRAMES, PIXELS_PER_FRAME] as const,
  );
}

function quantile(times: number[], share: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
}

const server = await TestServer.start();
try {
  console.log('Milliseconds    20 more: at first  at 10,000   frame: median   95 %  longest');
  for (const list of LISTS) {
    const page = await opened(server, list, ITEMS);
    const clicks = await readOn(page);
    if (clicks.length !== CLICKS) throw new Error(`${list.path} went on ${clicks.length} times, not ${CLICKS}.`);
    const frames = await scrolled(page);
    const cells = [
      quantile(clicks.slice(0, 20), 0.5),
      quantile(clicks.slice(-20), 0.5),
      ...[0.5, 0.95, 1].map((share) => quantile(frames, share)),
    ];
    const widths = [18, 11, 16, 7, 9];
    console.log(list.path.padEnd(16) + cells.map((cell, index) => String(cell).padStart(widths[index] ?? 0)).join(''));
    await page.context().close();
  }
} finally {
  await server.stop();
}
