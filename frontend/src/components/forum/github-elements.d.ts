import type { DetailedHTMLProps, HTMLAttributes } from 'react';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'markdown-toolbar': DetailedHTMLProps<HTMLAttributes<HTMLElement> & { for: string }, HTMLElement>;
      'text-expander': DetailedHTMLProps<HTMLAttributes<HTMLElement> & { keys: string }, HTMLElement>;
    }
  }
}
