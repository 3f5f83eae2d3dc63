import { Box, Loader, Text } from '@mantine/core';
import { previewMarkdownMutation } from '@regulars/client/react-query';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../LoadState';
import { Prose } from '../Prose';
import classes from './MarkdownEditor.module.css';

/** How the server will show a text. */
export function Preview({ body }: { body: string }) {
  const { t } = useTranslation('forum');
  const { mutate, data, error, isPending } = useMutation(previewMarkdownMutation());
  const empty = body.trim() === '';
  useEffect(() => {
    if (!empty) mutate({ body: { body } });
  }, [mutate, body, empty]);
  return (
    <Box className={classes.preview} aria-live="polite" aria-busy={isPending}>
      {empty && <Text c="dimmed">{t('editor.nothing')}</Text>}
      {isPending && <Loader size="sm" type="dots" aria-label={t('editor.rendering')} />}
      {error && <Problem error={error} retry={() => mutate({ body: { body } })} />}
      {data && !empty && <Prose html={data.body_html} />}
    </Box>
  );
}
