import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { TestApp } from '~/TestApp';
import { PointsChange } from './PointsChange';

test.each([
  [1_200, '+1,200', 'var(--good)'],
  [-1_200, '−1,200', 'var(--bad)'],
  [0, '–', 'var(--mantine-color-dimmed)'],
])('%j points moved read %s', (value, text, color) => {
  const { container } = render(<PointsChange value={value} />, { wrapper: TestApp });
  const shown = container.querySelector<HTMLElement>('span');
  expect(shown?.textContent).toBe(text);
  expect(shown?.style.color).toBe(color);
});
