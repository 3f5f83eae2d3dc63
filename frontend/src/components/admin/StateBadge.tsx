import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';

const COLOURS = { good: 'teal', waiting: 'yellow', ahead: 'blue', over: 'gray', bad: 'red' } as const;

/** Where something stands, in words; the dot only helps to find it again. */
export function StateBadge({ tone, children }: { tone: keyof typeof COLOURS; children: ReactNode }) {
  return (
    <Badge variant="dot" color={COLOURS[tone]} radius="xl" fw={500}>
      {children}
    </Badge>
  );
}
