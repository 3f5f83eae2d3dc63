import { Box, type BoxProps } from '@mantine/core';

/** HTML that the server rendered from Markdown and sanitised; it is the only HTML that pages take over as it is. */
export function Prose({ html, ...props }: { html: string } & BoxProps) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised on write by the server's allow-list
  return <Box className="prose" dangerouslySetInnerHTML={{ __html: html }} {...props} />;
}
