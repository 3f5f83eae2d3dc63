import { useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { isSignedIn } from '~/api';

/** Does what only members may; visitors are led to the sign-in first, and back. */
export function useMembersOnly() {
  const navigate = useNavigate();
  const router = useRouter();
  return useCallback(
    (act: () => void) => {
      if (isSignedIn()) act();
      else navigate({ to: '/sign-in', search: { next: router.state.location.href } });
    },
    [navigate, router],
  );
}
