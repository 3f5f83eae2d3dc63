import { Combobox, Group, Pill, PillsInput, Text, useCombobox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listed, number } from '~/format';
import { useBeforeSubmit } from '~/forms';
import { splitTags, TAG_CHARS_MAX, TAG_NAME, TAGS_MAX } from './limits';
import { useTagSearch } from './useTagSearch';

/** Up to five tags: those that there are, with what they mean, and new ones. */
export function TagPicker({
  value,
  onChange,
  error,
  label,
}: {
  value: string[];
  onChange: (tags: string[]) => void;
  error?: ReactNode;
  label: string;
}) {
  const { t } = useTranslation('forum');
  const field = useRef<HTMLInputElement>(null);
  const [typed, type] = useState('');
  const [touched, setTouched] = useState(false);
  const list = useCombobox({ onDropdownClose: () => list.resetSelectedOption() });
  const { tags, isCurrent } = useTagSearch(typed, touched);
  const full = value.length >= TAGS_MAX;
  const name = typed.trim().toLowerCase();
  const offered = tags.filter((tag) => !value.includes(tag.name));
  const isNew = isCurrent && TAG_NAME.test(name) && !value.includes(name) && !tags.some((tag) => tag.name === name);

  const wrong = splitTags(typed).filter((word) => !TAG_NAME.test(word));

  /** Takes what tags there are in a text, and leaves in the field what is none, and the beginning of another. */
  const take = (text: string, beginning?: string) => {
    const words = splitTags(text);
    const tags = [...new Set([...value, ...words.filter((word) => TAG_NAME.test(word))])].slice(0, TAGS_MAX);
    const left = words.filter((word) => !tags.includes(word));
    if (tags.length > value.length) onChange(tags);
    type([...left, beginning].filter((part) => part !== undefined).join(' '));
    return left.length === 0;
  };
  useBeforeSubmit(field, () => take(typed));
  const remove = (tag: string) => onChange(value.filter((other) => other !== tag));

  return (
    <Combobox store={list} onOptionSubmit={(tag) => take(tag)} portalProps={{ target: '#main' }}>
      <Combobox.DropdownTarget>
        <PillsInput
          label={label}
          description={t('tags.hint', { max: TAGS_MAX })}
          error={
            wrong.length > 0
              ? t('tags.wrong', { tags: listed(wrong), max: TAG_CHARS_MAX })
              : full && typed
                ? t('tags.too_many', { max: TAGS_MAX })
                : error
          }
          required
          onClick={() => list.openDropdown()}
        >
          <Pill.Group>
            {value.map((tag) => (
              <Pill
                key={tag}
                size="md"
                withRemoveButton
                onRemove={() => remove(tag)}
                removeButtonProps={{ 'aria-label': t('tags.remove', { tag }), tabIndex: 0, 'aria-hidden': false }}
              >
                {tag}
              </Pill>
            ))}
            <Combobox.EventsTarget>
              <PillsInput.Field
                ref={field}
                value={typed}
                disabled={full && typed === ''}
                placeholder={full ? undefined : t('tags.search')}
                onFocus={() => {
                  setTouched(true);
                  list.openDropdown();
                }}
                onBlur={() => {
                  list.closeDropdown();
                  take(typed);
                }}
                onChange={(event) => {
                  // Keyboards on glass tell no keys: a tag ends at a comma or a space in the text.
                  const [, ended = '', beginning = ''] = /^(.*[\s,])?(.*)$/s.exec(event.currentTarget.value) ?? [];
                  take(ended, beginning);
                  // A tag that is done leaves the way free to what stands below; the next letter offers others.
                  if (ended && beginning === '') list.closeDropdown();
                  else list.openDropdown();
                  list.updateSelectedOptionIndex();
                }}
                onKeyDown={(event) => {
                  const last = value.at(-1);
                  if (event.key === 'Backspace' && typed === '' && last) remove(last);
                  if (event.key !== 'Enter' || name === '') return;
                  event.preventDefault();
                  // The option that the arrow keys chose is the list's own to add.
                  if (list.getSelectedOptionIndex() !== -1) return;
                  take(typed);
                  list.closeDropdown();
                }}
              />
            </Combobox.EventsTarget>
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown hidden={full || (offered.length === 0 && !isNew)}>
        <Combobox.Options aria-label={label}>
          {offered.map((tag) => (
            <Combobox.Option value={tag.name} key={tag.name}>
              <Group justify="space-between" gap="xs" wrap="nowrap">
                <Text fw={600} size="sm">
                  {tag.name}
                </Text>
                <Text size="xs" c="dimmed">
                  {t('tags.questions', { count: tag.question_count, formatted: number(tag.question_count) })}
                </Text>
              </Group>
              {tag.description && (
                <Text size="xs" c="dimmed" lineClamp={1}>
                  {tag.description}
                </Text>
              )}
            </Combobox.Option>
          ))}
          {isNew && (
            <Combobox.Option value={name}>
              <Group gap={6}>
                <IconPlus size={14} aria-hidden />
                <Text size="sm">{t('tags.new', { name })}</Text>
              </Group>
            </Combobox.Option>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
