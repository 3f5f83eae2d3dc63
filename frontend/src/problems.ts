import i18next from 'i18next';
import { problemOf } from './api';

/** What any request may come to, whatever it asked for. */
const GENERAL = ['not_found', 'forbidden', 'unavailable', 'rate_limited'] as const;

/** What went wrong, in the reader's language where the kind of problem has words there, else as the server said it. */
export function wordsOf(error: unknown): { title: string; detail: string } {
  const problem = problemOf(error);
  const kind = problem ? GENERAL.find((code) => code === problem.code) : 'offline';
  if (problem && !kind) return problem;
  const title = i18next.t(`problem.${kind ?? 'offline'}`);
  // The server speaks English, and of the very case.
  if (problem && i18next.language.startsWith('en')) return { title, detail: problem.detail };
  return { title, detail: i18next.t(`problem.${kind ?? 'offline'}_detail`) };
}
