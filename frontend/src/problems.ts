import type { FieldError, Problem } from '@regulars/client';
import i18next from 'i18next';
import { relative } from './format';

/** A problem as pages get it. */
export interface ReceivedProblem extends Problem {
  /** Seconds after which another try may succeed, where the server named them. */
  retry_after_s?: number;
  /** Whether a page has put it into words of its own, in the reader's language. */
  isWorded?: boolean;
}

/** The problem of an answer that the server refused; undefined for any other error. */
export function problemOf(error: unknown): ReceivedProblem | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && 'status' in error ? (error as ReceivedProblem) : undefined;
}

/** What the catalogue says there, with the problem's members in their places; undefined where it says nothing. */
function words(key: string, members: object): string | undefined {
  if (!i18next.exists(key, { ns: 'problems' })) return undefined;
  return i18next.t(key as 'again', { ns: 'problems', replace: members });
}

/**
 * What went wrong, in the reader's language. The server speaks English, and of the very case: its sentence is the English
 * one, and everybody's where the catalogue does not know the code, or is not there.
 */
export function messageOf(error: unknown): { title: string; detail: string } {
  const problem = problemOf(error);
  if (!problem) return { title: i18next.t('problem.offline'), detail: i18next.t('problem.offline_detail') };
  if (problem.isWorded) return problem;
  const title = words(`title.${problem.status}`, problem) ?? problem.title;
  const detail = words(`detail.${problem.code}`, problem) ?? problem.detail;
  const { status, retry_after_s: wait } = problem;
  if (status !== 429 || !wait) return { title, detail };
  const when = relative(new Date(Date.now() + wait * 1_000).toISOString());
  return { title, detail: [detail, words('again', { when })].filter(Boolean).join(' ') };
}

/** What is wrong with a field, in the reader's language where the catalogue knows the code, else as the server says it. */
export const sentenceOf = (error: FieldError) => words(`field.${error.code}`, error) ?? error.detail;
