import { Box, VisuallyHidden } from '@mantine/core';
import { diffArrays } from 'diff';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ComparedText.module.css';

const SIGN = { same: ' ', added: '+', removed: '−' };

interface Line {
  kind: keyof typeof SIGN;
  text: string;
}

/** Texts that take longer to compare are shown one below the other. */
const COMPARE_MS_MAX = 500;

/** The lines of `after`, with those of `before` that are gone. */
function comparedLines(before: string, after: string): Line[] {
  const [old = [], now = []] = [before, after].map((text) => text.split(/\r?\n/));
  const parts = diffArrays(old, now, { timeout: COMPARE_MS_MAX }) ?? [
    { removed: true, added: false, value: old },
    { removed: false, added: true, value: now },
  ];
  return parts.flatMap(({ added, removed, value }) => {
    const kind = added ? 'added' : removed ? 'removed' : 'same';
    return value.map((text): Line => ({ kind, text }));
  });
}

/** A text, and what became of the one before it, where there is one. */
export default function ComparedText({ before, after, label }: { before?: string; after: string; label: string }) {
  const { t } = useTranslation();
  const lines = useMemo(() => (before === undefined ? undefined : comparedLines(before, after)), [before, after]);
  return (
    <Box className={classes.text} tabIndex={0} role="group" aria-label={label}>
      {lines
        ? lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines never move
            <div key={index} data-kind={line.kind}>
              <span aria-hidden>{SIGN[line.kind]} </span>
              {line.kind !== 'same' && <VisuallyHidden>{t(`compared.${line.kind}`)}</VisuallyHidden>}
              {line.text}
            </div>
          ))
        : after}
    </Box>
  );
}
