import { Combobox, Group, Pill, PillsInput, Text, useCombobox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '~/format';
import { TAG_NAME, TAGS_MAX } from './limits';
import { useTagSearch } from './useTagSearch';

/** The form in which the server keeps a tag. */
const formOf = (typed: string) => typed.trim().replace(/\s+/g, '-').toLowerCase();

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
  const [typed, type] = useState('');
  const [touched, setTouched] = useState(false);
  const list = useCombobox({ onDropdownClose: () => list.resetSelectedOption() });
  const { tags, isCurrent } = useTagSearch(typed, touched);
  const full = value.length >= TAGS_MAX;
  const name = formOf(typed);
  const offered = tags.filter((tag) => !value.includes(tag.name));
  const isNew = isCurrent && TAG_NAME.test(name) && !value.includes(name) && !tags.some((tag) => tag.name === name);

  const add = (tag: string) => {
    if (!full && TAG_NAME.test(tag) && !value.includes(tag)) onChange([...value, tag]);
    type('');
  };
  const remove = (tag: string) => onChange(value.filter((other) => other !== tag));

  return (
    <Combobox store={list} onOptionSubmit={add} portalProps={{ target: '#main' }}>
      <Combobox.DropdownTarget>
        <PillsInput
          label={label}
          description={t('tags.hint', { max: TAGS_MAX })}
          error={error}
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
                value={typed}
                disabled={full}
                placeholder={full ? undefined : t('tags.search')}
                onFocus={() => {
                  setTouched(true);
                  list.openDropdown();
                }}
                onBlur={() => list.closeDropdown()}
                onChange={(event) => {
                  type(event.currentTarget.value);
                  list.openDropdown();
                  list.updateSelectedOptionIndex();
                }}
                onKeyDown={(event) => {
                  const last = value.at(-1);
                  if (event.key === 'Backspace' && typed === '' && last) remove(last);
                  if ((event.key === ',' || event.key === ' ') && TAG_NAME.test(name)) {
                    event.preventDefault();
                    add(name);
                  }
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
