import '@github/markdown-toolbar-element';
import { subscribe } from '@github/paste-markdown';
import { ActionIcon, Group, Input, SegmentedControl, Text, Tooltip } from '@mantine/core';
import { useId } from '@mantine/hooks';
import {
  IconBlockquote,
  IconBold,
  IconChecklist,
  IconCode,
  IconH3,
  IconItalic,
  IconLink,
  IconList,
  IconListNumbers,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { lengthOf } from './limits';
import classes from './MarkdownEditor.module.css';
import { offerMembers } from './mentions';
import { Preview } from './Preview';

const TOOLS = [
  ['bold', IconBold, 'b'],
  ['italic', IconItalic, 'i'],
  ['header-3', IconH3],
  ['quote', IconBlockquote],
  ['code', IconCode, 'e'],
  ['link', IconLink, 'k'],
  ['unordered-list', IconList],
  ['ordered-list', IconListNumbers],
  ['task-list', IconChecklist],
] as const;

/** A text field grows with its text; this is how high it is at first. */
const LINE_EM = 1.6;
const PADDING_EM = 1.5;

interface Props {
  label: ReactNode;
  description?: ReactNode;
  /** Only for screen readers, where a heading already says it. */
  hideLabel?: boolean;
  value: string;
  onChange: (value: string) => void;
  /** By Ctrl+Enter. */
  onSend?: () => void;
  error?: ReactNode;
  chars: { min: number; max: number };
  placeholder?: string;
  rows?: number;
  required?: boolean;
  autoFocus?: boolean;
  /** Beside the count, such as that a draft is kept. */
  note?: ReactNode;
}

/** Markdown in a plain text field, with buttons for who does not know it by heart, and a look at the result. */
export function MarkdownEditor({ chars, rows = 8, hideLabel, onChange, onSend, note, autoFocus, ...field }: Props) {
  const { t } = useTranslation('forum');
  const id = useId();
  const textarea = useRef<HTMLTextAreaElement>(null);
  const toolbar = useRef<HTMLElement>(null);
  const expander = useRef<HTMLElement>(null);
  const queries = useQueryClient();
  const [shows, show] = useState<'write' | 'preview'>('write');
  const length = lengthOf(field.value);

  const changed = useEffectEvent(onChange);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text field comes and goes with the tab
  useEffect(() => {
    if (!textarea.current || !expander.current) return;
    const pasting = subscribe(textarea.current);
    const stopOffering = offerMembers(expander.current, queries, t('editor.members'), changed);
    return () => {
      pasting.unsubscribe();
      stopOffering();
    };
  }, [shows]);
  useEffect(() => {
    if (autoFocus) textarea.current?.focus();
  }, [autoFocus]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const tool = TOOLS.find(([, , key]) => key === event.key);
    if (event.key === 'Enter' && onSend) onSend();
    else if (tool) toolbar.current?.querySelector<HTMLElement>(`[data-md-button="${tool[0]}"]`)?.click();
    else return;
    event.preventDefault();
  };

  return (
    <Input.Wrapper
      label={field.label}
      labelProps={{ htmlFor: id, className: hideLabel ? classes.hidden : undefined }}
      description={field.description}
      descriptionProps={{ id: `${id}-about` }}
      error={field.error}
      errorProps={{ id: `${id}-error`, role: 'alert' }}
      required={field.required}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
    >
      <div className={classes.frame} data-error={field.error ? true : undefined}>
        <Group className={classes.bar} gap="xs" justify="space-between">
          <SegmentedControl
            size="xs"
            value={shows}
            onChange={(value) => show(value as typeof shows)}
            aria-label={t('editor.view')}
            data={[
              { value: 'write', label: t('editor.write') },
              { value: 'preview', label: t('editor.preview') },
            ]}
          />
          {shows === 'write' && (
            <markdown-toolbar for={id} ref={toolbar} aria-label={t('editor.tools')} className={classes.tools}>
              {TOOLS.map(([name, Image, key]) => {
                const label = t(`editor.tool.${name}`);
                return (
                  <Tooltip key={name} label={key ? `${label} (${t('editor.ctrl')}+${key.toUpperCase()})` : label}>
                    <ActionIcon
                      type="button"
                      variant="subtle"
                      color="gray"
                      size={30}
                      tabIndex={-1}
                      aria-label={label}
                      data-md-button={name}
                    >
                      <Image size={18} stroke={1.7} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                );
              })}
            </markdown-toolbar>
          )}
        </Group>
        {shows === 'write' ? (
          <text-expander keys="@" ref={expander} className={classes.expander}>
            <textarea
              ref={textarea}
              id={id}
              className={classes.text}
              rows={rows}
              style={{ minHeight: `${rows * LINE_EM + PADDING_EM}em` }}
              value={field.value}
              placeholder={field.placeholder}
              required={field.required}
              aria-invalid={field.error ? true : undefined}
              aria-describedby={[field.error && `${id}-error`, field.description && `${id}-about`, `${id}-count`].filter(Boolean).join(' ')}
              onChange={(event) => onChange(event.currentTarget.value)}
              onKeyDown={onKeyDown}
            />
          </text-expander>
        ) : (
          <Preview body={field.value} />
        )}
        <Group className={classes.foot} justify="space-between" gap="xs">
          <Text size="xs" c="dimmed">
            {note ?? t('editor.markdown')}
          </Text>
          <Text id={`${id}-count`} size="xs" c={length > chars.max ? 'var(--bad)' : 'dimmed'} fw={length > chars.max ? 600 : undefined}>
            {length < chars.min
              ? t('editor.too_few', { count: chars.min - length, formatted: number(chars.min - length) })
              : t('editor.count', { length: number(length), max: number(chars.max) })}
          </Text>
        </Group>
      </div>
    </Input.Wrapper>
  );
}
