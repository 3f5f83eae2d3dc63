import type { TFunction } from 'i18next';
import { problemOf } from '~/problems';

/** Codes of problems: why two members do not become one, or not two again. */
const REFUSALS = ['same_member', 'merged', 'staff_member', 'no_account', 'moved_since', 'member_gone'] as const;

/** What the server refused, in the reader's language. */
export function mergeRefusal(error: unknown, t: TFunction<'admin_community'>, action: 'merge' | 'undo'): unknown {
  const problem = problemOf(error);
  const refusal = REFUSALS.find((code) => code === problem?.code);
  if (!problem || !refusal) return error;
  return { ...problem, isWorded: true, title: t(`merge.refused.title_${action}`), detail: t(`merge.refused.${refusal}`) };
}
