import { Anchor } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import classes from './forum.module.css';

/** Ways to look at the same list; each has its own address. */
export function TabLinks({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className={classes.tabs}>
      {children}
    </nav>
  );
}

/** Links of a row of tabs: the one whose parameters are in the address is the current one. */
export const TabLink = createLink(Anchor<'a'>);
/** What all links of {@link TabLinks} have in common. */
export const tabProps = {
  className: classes.tab,
  underline: 'never',
  activeOptions: { exact: true, includeSearch: true },
  resetScroll: false,
} as const;
