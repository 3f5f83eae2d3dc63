import '@github/text-expander-element';
import type { TextExpanderChangeEvent } from '@github/text-expander-element';
import { listMembersOptions } from '@regulars/client/react-query';
import type { QueryClient } from '@tanstack/react-query';
import classes from './MarkdownEditor.module.css';

const SHOWN = 6;

/** Offers members whose handles or names begin with what was typed after an @, and calls back with the text that has the chosen one. Returns how to stop it. */
export function offerMembers(expander: HTMLElement, queries: QueryClient, label: string, onText: (text: string) => void): () => void {
  const menu = async (text: string) => {
    const { items } = await queries.fetchQuery({
      ...listMembersOptions({ query: { q: text.toLowerCase(), limit: SHOWN } }),
      staleTime: 60_000,
    });
    const fragment = document.createElement('ul');
    fragment.className = classes.members ?? '';
    fragment.setAttribute('role', 'listbox');
    fragment.setAttribute('aria-label', label);
    fragment.append(
      ...items.map((member, index) => {
        const option = document.createElement('li');
        option.id = `mention-${index}`;
        option.setAttribute('role', 'option');
        option.dataset.value = `@${member.handle}`;
        const name = document.createElement('b');
        name.textContent = member.display_name;
        option.append(name, ` @${member.handle}`);
        return option;
      }),
    );
    return { matched: items.length > 0, fragment };
  };
  const onChange = (event: Event) => {
    const { detail } = event as TextExpanderChangeEvent;
    if (detail?.text) detail.provide(menu(detail.text).catch(() => ({ matched: false })));
  };
  const onValue = (event: Event) => {
    const { detail } = event as CustomEvent<{ item: HTMLElement; value?: string }>;
    detail.value = detail.item.dataset.value;
  };
  expander.addEventListener('text-expander-change', onChange);
  // It makes the text field a combobox, which a textarea may not be (ARIA in HTML); the list is announced without it.
  const onActivate = () =>
    queueMicrotask(() => {
      const field = expander.querySelector('textarea');
      for (const name of ['role', 'aria-expanded']) field?.removeAttribute(name);
    });
  expander.addEventListener('text-expander-activate', onActivate);
  // It sets the text without an event that React would hear.
  const onCommitted = (event: Event) => onText((event as CustomEvent<{ input: HTMLTextAreaElement }>).detail.input.value);
  expander.addEventListener('text-expander-value', onValue);
  expander.addEventListener('text-expander-committed', onCommitted);
  return () => {
    expander.removeEventListener('text-expander-change', onChange);
    expander.removeEventListener('text-expander-value', onValue);
    expander.removeEventListener('text-expander-committed', onCommitted);
    expander.removeEventListener('text-expander-activate', onActivate);
  };
}
