/** What a merge of two members moves, in words. */
import type { MovedCount } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { number } from './format';

/** "2 purchases", for each kind of thing. */
export function useMovedCounts() {
  const { t } = useTranslation();
  return (moved: MovedCount[]) => moved.map(({ of, count }) => t(`moved.${of}`, { count, formatted: number(count) }));
}
