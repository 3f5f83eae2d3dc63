import { Table, type TableProps } from '@mantine/core';

/** A table that scrolls sideways where it does not fit, by keyboard too. */
export function WideTable({ label, minWidth, ...props }: TableProps & { label: string; minWidth: number }) {
  return (
    <Table.ScrollContainer minWidth={minWidth} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': label } }}>
      <Table {...props} />
    </Table.ScrollContainer>
  );
}
