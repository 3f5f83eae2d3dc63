import type { AnchorProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { LinkText } from '../links';

/** Where a question is, for the router. Its page adds the slug where only the id is known. */
export const questionAddress = (id: string, slug?: string) =>
  ({ to: '/questions/$id/{-$slug}', params: { id, slug: slug || undefined } }) as const;

/** Where a question is, for people to copy. */
export const questionPath = ({ id, slug }: { id: string; slug: string }) => `/questions/${id}${slug && `/${slug}`}`;

/** A question's title that leads to it, or to one of its answers. */
export function QuestionLink({
  id,
  title,
  slug,
  answer,
  children,
  ...props
}: { id: string; title: string; slug?: string; answer?: string; children?: ReactNode } & Omit<AnchorProps, 'id' | 'title'>) {
  return (
    <LinkText {...questionAddress(id, slug)} hash={answer && `a-${answer}`} {...props}>
      {children ?? title}
    </LinkText>
  );
}
