import type { ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSite } from '~/site';
import { LinkButton } from './links';

/** Leads to the sign-up, and from there to `next`; absent while the community takes nobody in. */
export function JoinButton({ next, ...props }: ButtonProps & { next: string; children: ReactNode }) {
  return useSite().sign_up_open ? <LinkButton to="/sign-up" search={{ next }} {...props} /> : null;
}
