import { Text, type TextProps } from '@mantine/core';
import { dateTime, relative } from '~/format';

/** How long ago or from now, with the exact time at hand. */
export function RelativeTime({ at, ...props }: { at: string } & TextProps) {
  return (
    <Text component="time" span inherit dateTime={at} title={dateTime(at)} {...props}>
      {relative(at)}
    </Text>
  );
}
