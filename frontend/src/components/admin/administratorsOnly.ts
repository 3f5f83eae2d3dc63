import type { Me } from '@regulars/client';
import { notFound } from '@tanstack/react-router';
import { isAdministrator } from '~/session';

/** `beforeLoad` of pages that are for administrators only; for moderators they do not exist. */
export function administratorsOnly({ context }: { context: { me: Me } }) {
  if (!isAdministrator(context.me)) throw notFound();
}
