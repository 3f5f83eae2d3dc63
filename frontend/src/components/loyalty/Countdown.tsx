import { useForceUpdate, useInterval } from '@mantine/hooks';
import { RelativeTime } from '../RelativeTime';

const TICK_MS = 30_000;

/** How long it still takes, kept right while one looks at it. */
export function Countdown({ until }: { until: string }) {
  useInterval(useForceUpdate(), TICK_MS, { autoInvoke: true });
  return <RelativeTime at={until} fw={600} />;
}
