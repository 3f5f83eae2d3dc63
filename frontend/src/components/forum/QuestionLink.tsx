import type { AnchorProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { LinkText } from '../links';

const SLUG_CHARS_MAX = 80;

/** A title as the readable part of its address, just as the server makes it; undefined when nothing is left of it. */
export function slugOf(title: string): string | undefined {
  const plain = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const slug = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-/, '');
  return slug.slice(0, SLUG_CHARS_MAX).replace(/-+$/, '') || undefined;
}

/** Where a question is, for the router. */
export const questionAddress = (id: string, title: string) =>
  ({ to: '/questions/$id/{-$slug}', params: { id, slug: slugOf(title) } }) as const;

/** A question's title that leads to it, or to one of its answers. */
export function QuestionLink({
  id,
  title,
  answer,
  children,
  ...props
}: { id: string; title: string; answer?: string; children?: ReactNode } & Omit<AnchorProps, 'id' | 'title'>) {
  return (
    <LinkText {...questionAddress(id, title)} hash={answer && `a-${answer}`} {...props}>
      {children ?? title}
    </LinkText>
  );
}
