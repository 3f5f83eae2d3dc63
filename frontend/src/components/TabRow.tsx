import { Tabs, type TabsListProps } from '@mantine/core';
import classes from './TabRow.module.css';
import { useActiveInView } from './useActiveInView';

/** Tabs in one row, which scrolls where it does not fit; the open tab is always in sight. */
export function TabRow({ value, ...props }: TabsListProps & { value: string }) {
  const row = useActiveInView<HTMLDivElement>('[aria-selected="true"]', value);
  return <Tabs.List ref={row} className={classes.row} {...props} />;
}
