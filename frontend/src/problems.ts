import type { Problem } from '@regulars/client';
import i18next from 'i18next';

/** The problem of an answer that the server refused; undefined for any other error. */
export function problemOf(error: unknown): Problem | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && 'status' in error ? (error as Problem) : undefined;
}

/** What any request may come to, whatever it asked for. */
const GENERAL = ['not_found', 'forbidden', 'unavailable', 'rate_limited'] as const;

/** What went wrong, in the reader's language where the kind of problem has words there, else as the server said it. */
export function messageOf(error: unknown): { title: string; detail: string } {
  const problem = problemOf(error);
  const kind = problem ? GENERAL.find((code) => code === problem.code) : 'offline';
  if (problem && !kind) return problem;
  const title = i18next.t(`problem.${kind ?? 'offline'}`);
  // The server speaks English, and of the very case.
  if (problem && i18next.language.startsWith('en')) return { title, detail: problem.detail };
  return { title, detail: i18next.t(`problem.${kind ?? 'offline'}_detail`) };
}
