/** Lists as long as wanted: copies of the server's own items, page by page. */
import type { Page } from 'playwright-core';
import { type Screen, settled, type TestServer } from './server.ts';

/** How many items come at a time. */
export const PER_PAGE = 20;

interface List {
  path: string;
  /** Where its items come from. */
  api: string;
  /** Who may see it. */
  handle?: string;
}

/** The list of all questions. */
export const QUESTIONS: List = { path: '/questions', api: '/api/v1/questions' };
/** Lists that go on. */
export const LISTS = [
  QUESTIONS,
  { path: '/tags', api: '/api/v1/tags' },
  { path: '/members', api: '/api/v1/members' },
  { path: '/points', api: '/api/v1/me/points/statement', handle: 'elif' },
  { path: '/notifications', api: '/api/v1/me/notifications', handle: 'elif' },
  { path: '/admin/review', api: '/api/v1/admin/review-items', handle: 'noor' },
];

/** A new window with a list of `length` items, of which the first page is shown. */
export async function opened(server: TestServer, { path, api, handle }: List, length: number, screen: Screen = 'desk'): Promise<Page> {
  const page = await server.newPage({ screen });
  if (handle) await server.signIn(page, handle);
  // From a page without a long list, and not by loading the wanted one: the server would write the first items into it.
  await page.goto('/rewards');
  await settled(page);
  await lengthen(page, api, length);
  // As the router does it, which finds the place again by its key.
  await page.evaluate((to) => history.pushState({ __TSR_key: 'list', __TSR_index: history.length }, '', to), path);
  await page.locator('#main button', { hasText: 'Show more' }).waitFor();
  await settled(page);
  return page;
}

type Item = Record<string, unknown>;

async function lengthen(page: Page, api: string, length: number) {
  let real: { items: Item[] } | undefined;
  await page.route(
    ({ pathname }) => pathname === api,
    async (route) => {
      real ??= (await (await route.fetch()).json()) as { items: Item[] };
      const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
      const count = Math.min(PER_PAGE, length - from);
      const items = Array.from({ length: count }, (_, index) => copied(real?.items ?? [], from + index));
      const json = { ...real, items, next_cursor: from + count < length ? String(from + count) : undefined };
      await route.fulfill({ json });
    },
  );
}

function copied(items: Item[], index: number): Item {
  const item = { ...items[index % items.length] };
  for (const key of ['id', 'handle', 'name']) if (typeof item[key] === 'string') item[key] = `${item[key]}-${index}`;
  return item;
}
