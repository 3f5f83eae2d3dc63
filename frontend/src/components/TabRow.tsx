import { Tabs, type TabsListProps } from '@mantine/core';
import { useEffect, useRef } from 'react';
import classes from './TabRow.module.css';

/** Tabs in one row, which scrolls where it does not fit; the open tab is always in sight. */
export function TabRow({ value, ...props }: TabsListProps & { value: string }) {
  const row = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another tab is opened
  useEffect(() => {
    const tab = row.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (row.current && tab) row.current.scrollLeft = tab.offsetLeft - (row.current.clientWidth - tab.clientWidth) / 2;
  }, [value]);
  return <Tabs.List ref={row} className={classes.row} {...props} />;
}
