import { logIn } from '@regulars/client';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { startSession } from '~/api';

/** Signs in, and goes where the person was heading. */
export function useSignIn(next: string | undefined) {
  const queries = useQueryClient();
  const router = useRouter();
  return async ({ email, password }: { email: string; password: string }) => {
    const { data } = await logIn({ body: { email, password, cookie: true }, throwOnError: true });
    startSession(data);
    // What a visitor was shown may differ for a member.
    queries.clear();
    router.history.push(next ?? '/');
  };
}
