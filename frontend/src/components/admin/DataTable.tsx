import 'mantine-datatable/styles.layer.css';
import { Button, Card, Group, Stack, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type DataTableColumn as MantineColumn, DataTable as MantineDataTable } from 'mantine-datatable';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty, Problem } from '../LoadState';
import classes from './DataTable.module.css';
import { SelectionBar } from './SelectionBar';

/** A column; `sort` is the API's word for sorting by it, the largest first unless it is `ascending`. */
export type Column<Item> = MantineColumn<Item> & { title: string; sort?: string; ascending?: boolean };

interface Rows<Item> {
  data?: { items: Item[]; next_cursor?: string | null; prev_cursor?: string | null };
  error: unknown;
  isError: boolean;
  isFetching: boolean;
  refetch: () => unknown;
}

interface Props<Item> {
  /** What the table lists, for those who cannot see it. */
  label: string;
  /** `useQuery({ ...xOptions({ query: search }), placeholderData: keepPreviousData })`. */
  query: Rows<Item>;
  columns: Column<Item>[];
  /** The field that tells rows apart. */
  idField?: keyof Item & string;
  /** How a row is called where it has to be named. */
  nameOf?: (item: Item) => string;
  /** Fields above the table; what they say belongs in the URL. */
  filters?: ReactNode;
  /** Buttons above the table, such as the CSV download. */
  actions?: ReactNode;
  empty?: ReactNode;
  /** Where a click on a row leads, in addition to the link that one of its cells has. */
  onOpen?: (item: Item) => void;
  sort?: { by?: string; onChange: (by: string) => void };
  /** Rows that can be chosen, and what can be done with them. */
  selection?: { selected: Item[]; onChange: (selected: Item[]) => void; bar: ReactNode };
}

/** Every table of the staff area: filters, a page of rows by cursor, and the ways to the pages before and after. */
export function DataTable<Item>(props: Props<Item>) {
  const { t } = useTranslation('admin');
  const { label, query, idField = 'id' as keyof Item & string, nameOf, selection, onOpen } = props;
  const rows = query.data?.items ?? [];
  const columns = props.columns.map(
    (column): MantineColumn<Item> =>
      column.sort && props.sort ? { ...column, title: <Sorter column={column} {...props.sort} /> } : column,
  );
  return (
    <Stack gap="sm">
      {(props.filters || props.actions) && (
        <Group gap="sm" align="flex-end" justify="space-between">
          <Group gap="sm" align="flex-end" flex="1 1 auto">
            {props.filters}
          </Group>
          {props.actions}
        </Group>
      )}
      {selection && <SelectionBar count={selection.selected.length} bar={selection.bar} onClear={() => selection.onChange([])} />}
      {query.isError && <Problem error={query.error} retry={query.refetch} />}
      {query.isError && !query.data ? null : query.data && rows.length === 0 ? (
        <Card>{props.empty ?? <NothingFound filtered={props.filters !== undefined} />}</Card>
      ) : (
        <Card padding={0}>
          <MantineDataTable<Item>
            idAccessor={idField}
            records={rows}
            columns={columns}
            fetching={!query.data}
            minHeight={rows.length === 0 ? 220 : undefined}
            emptyState={<span />}
            backgroundColor="transparent"
            verticalSpacing="sm"
            horizontalSpacing="sm"
            highlightOnHover={Boolean(onOpen)}
            {...(onOpen && { onRowClick: ({ record, event }) => opensRow(event) && onOpen(record) })}
            rowClassName={onOpen ? classes.opens : undefined}
            classNames={{ table: classes.table }}
            scrollAreaProps={{ type: 'auto', viewportProps: { tabIndex: 0, role: 'region', 'aria-label': t('table.scrolls', { label }) } }}
            aria-busy={query.isFetching}
            {...(selection && {
              selectedRecords: selection.selected,
              onSelectedRecordsChange: selection.onChange,
              allRecordsSelectionCheckboxProps: { 'aria-label': t('table.select_all') },
              getRecordSelectionCheckboxProps: (item: Item) => ({
                'aria-label': t('table.select_row', { row: nameOf ? nameOf(item) : String(item[idField]) }),
              }),
            })}
          />
        </Card>
      )}
      <Paging before={query.data?.prev_cursor} after={query.data?.next_cursor} />
    </Stack>
  );
}

/** Clicks on links and fields in a row are theirs, and who marks text does not want to leave. */
function opensRow({ target }: { target: EventTarget }) {
  const own = target instanceof Element && target.closest('a, button, input, label');
  return !own && !window.getSelection()?.toString();
}

function NothingFound({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation('admin');
  return (
    <Empty title={t(filtered ? 'table.nothing' : 'table.nothing_yet')}>
      {filtered && <Text c="dimmed">{t('table.nothing_detail')}</Text>}
    </Empty>
  );
}

function Sorter<Item>({ column, by, onChange }: { column: Column<Item>; by?: string; onChange: (by: string) => void }) {
  const { t } = useTranslation('admin');
  const word = column.sort ?? '';
  const order = by === word ? (column.ascending ? 'up' : 'down') : undefined;
  const Image = order === 'up' ? IconArrowUp : order === 'down' ? IconArrowDown : IconArrowsSort;
  return (
    <UnstyledButton className={classes.sorter} onClick={() => onChange(word)} aria-pressed={order !== undefined}>
      {column.title}
      <Image size={14} aria-hidden />
      <VisuallyHidden>{t(order ? `table.sorted_${order}` : 'table.sort')}</VisuallyHidden>
    </UnstyledButton>
  );
}

/** Links to the pages of a cursor list before and after this one; filters stay. */
function Paging({ before, after }: { before?: string | null; after?: string | null }) {
  const { t } = useTranslation('admin');
  if (!before && !after) return null;
  return (
    <Group component="nav" aria-label={t('table.paging')} justify="flex-end" gap="xs">
      <PageButton cursor={before} label={t('table.newer')} leftSection={<IconChevronLeft size={16} aria-hidden />} />
      <PageButton cursor={after} label={t('table.older')} rightSection={<IconChevronRight size={16} aria-hidden />} />
    </Group>
  );
}

function PageButton({
  cursor,
  label,
  ...sections
}: {
  cursor?: string | null;
  label: string;
  leftSection?: ReactNode;
  rightSection?: ReactNode;
}) {
  if (!cursor) {
    return (
      <Button size="sm" variant="default" disabled {...sections}>
        {label}
      </Button>
    );
  }
  return (
    <Button
      size="sm"
      variant="default"
      renderRoot={(root) => <Link {...root} to="." search={(now: object) => ({ ...now, cursor })} />}
      {...sections}
    >
      {label}
    </Button>
  );
}
