import { Group } from '@mantine/core';
import { LinkText } from '../links';
import classes from './forum.module.css';

/** What a question is about. */
export function TagChips({ tags }: { tags: string[] }) {
  return (
    <Group gap={6}>
      {tags.map((name) => (
        <TagChip key={name} name={name} />
      ))}
    </Group>
  );
}

/** A tag that leads to its questions. */
export function TagChip({ name }: { name: string }) {
  return (
    <LinkText to="/tags/$name" params={{ name }} className={classes.chip} underline="never">
      {name}
    </LinkText>
  );
}
