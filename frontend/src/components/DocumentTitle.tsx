import { useSite } from '~/site';

/** What the browser calls the page; without a title, the community's name alone. */
export function DocumentTitle({ title }: { title?: string }) {
  const { name } = useSite();
  return <title>{title ? `${title} · ${name}` : name}</title>;
}
