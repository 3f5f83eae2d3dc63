import { useEffect, useState } from 'react';
import { RelativeTime } from '../RelativeTime';

const TICK_MS = 30_000;

/** How long it still takes, kept right while one looks at it. */
export function Countdown({ until }: { until: string }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((ticks) => ticks + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return <RelativeTime at={until} fw={600} />;
}
