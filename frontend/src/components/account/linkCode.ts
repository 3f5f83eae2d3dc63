import type { TFunction } from 'i18next';
import { problemOf } from '~/problems';

/** Why a shop's code in this field was refused, in the reader's language; undefined where something else is wrong. */
export function linkCodeRefusal(error: unknown, field: string, t: TFunction<'account'>): string | undefined {
  const problem = problemOf(error);
  if (problem?.code === 'already_linked') return t('shops.already_linked');
  return problem?.errors?.some(({ pointer }) => pointer === `/${field}`) ? t('shops.code_wrong') : undefined;
}
