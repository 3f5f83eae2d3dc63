import { useInfiniteQuery } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { beforeAll, expect, test, vi } from 'vitest';
import { chooseLanguage, ready } from '~/i18n';
import { TestApp } from '~/TestApp';
import { byCursor, InfiniteList } from './InfiniteList';

interface Item {
  id: string;
}

interface Page {
  items: Item[];
  next_cursor?: string | null;
}

interface ListProps {
  fetchPage: (cursor: unknown) => Promise<Page>;
  draw: (item: Item) => ReactNode;
}

function List({ fetchPage, draw }: ListProps) {
  const query = useInfiniteQuery({ queryKey: ['list'], ...byCursor, queryFn: ({ pageParam }) => fetchPage(pageParam) });
  return (
    <InfiniteList query={query} empty="Nothing here">
      {draw}
    </InfiniteList>
  );
}

/** Shows a list of which `first` is the first page and `second` the one behind it; an error is a page that does not come. */
function show(first: Page | Error, second: Page | Error = new Error('There is no second page.')) {
  const draw = vi.fn(({ id }: Item) => <p key={id}>{id}</p>);
  const fetchPage = vi.fn(async (cursor: unknown) => {
    const page = cursor === 'c1' ? second : first;
    if (page instanceof Error) throw page;
    return page;
  });
  render(<List fetchPage={fetchPage} draw={draw} />, { wrapper: TestApp });
  return { fetchPage, draw };
}

const items = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => ({ id: `item ${from + index}` }));
const more = () => screen.findByRole('button', { name: 'Show more' });

beforeAll(async () => {
  await ready;
  await chooseLanguage('en');
});

test('pages follow each other by cursor, until there is none', async () => {
  const { fetchPage } = show({ items: items(1, 2), next_cursor: 'c1' }, { items: items(3, 4), next_cursor: null });
  fireEvent.click(await more());
  await screen.findByText('item 4');
  expect(screen.getAllByText(/^item/).map(({ textContent }) => textContent)).toEqual(['item 1', 'item 2', 'item 3', 'item 4']);
  expect(fetchPage.mock.calls).toEqual([[{}], ['c1']]);
  expect(screen.queryByRole('button')).toBeNull();
});

test('a batch that is full is drawn once', async () => {
  const { draw } = show({ items: items(1, 24), next_cursor: 'c1' }, { items: items(25, 26) });
  const button = await more();
  draw.mockClear();
  fireEvent.click(button);
  await screen.findByText('item 26');
  expect(new Set(draw.mock.calls.map(([{ id }]) => id))).toEqual(new Set(['item 25', 'item 26']));
});

test('a page that does not come leaves what is there, and the way to it', async () => {
  show({ items: items(1, 2), next_cursor: 'c1' }, new Error('The connection broke.'));
  fireEvent.click(await more());
  await screen.findByRole('alert');
  expect(screen.getByText('item 2')).toBeTruthy();
  expect(await more()).toBeTruthy();
});

test('a list that does not come at all can be asked for again', async () => {
  const { fetchPage } = show(new Error('The connection broke.'));
  await screen.findByRole('alert');
  fireEvent.click(screen.getByRole('button'));
  await vi.waitFor(() => expect(fetchPage).toHaveBeenCalledTimes(2));
});

test('a list without items says so', async () => {
  show({ items: [] });
  await screen.findByText('Nothing here');
});
