import { Text } from '@mantine/core';
import { number } from '~/format';

/** A movement with its sign; nothing moved is only a dash. */
export function PointsChange({ value }: { value: number }) {
  if (value === 0)
    return (
      <Text span inherit c="dimmed">
        {'–'}
      </Text>
    );
  return (
    <Text span inherit fw={600} c={value > 0 ? 'var(--good)' : 'var(--bad)'}>
      {value > 0 ? '+' : '−'}
      {number(Math.abs(value))}
    </Text>
  );
}
