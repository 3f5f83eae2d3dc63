import { useEffect, useRef } from 'react';

/** For a row that scrolls sideways: keeps what is marked by `selector` in its middle, whenever another `value` is the active one. */
export function useActiveInView<Row extends HTMLElement>(selector: string, value: string) {
  const row = useRef<Row>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is active
  useEffect(() => {
    const active = row.current?.querySelector<HTMLElement>(selector);
    if (row.current && active) row.current.scrollLeft = active.offsetLeft - (row.current.clientWidth - active.clientWidth) / 2;
  }, [value]);
  return row;
}
