import { Autocomplete, CloseButton } from '@mantine/core';
import { IconTag } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTagSearch } from './useTagSearch';

/** Narrows a list of questions to one tag. */
export function TagFilter({ tag, onChange }: { tag?: string; onChange: (tag?: string) => void }) {
  const { t } = useTranslation('forum');
  const [typed, type] = useState(tag ?? '');
  const [touched, setTouched] = useState(false);
  const { tags } = useTagSearch(typed, touched);
  useEffect(() => type(tag ?? ''), [tag]);
  return (
    <Autocomplete
      size="xs"
      w={180}
      mb="sm"
      aria-label={t('questions.tag')}
      placeholder={t('questions.tag')}
      leftSection={<IconTag size={14} aria-hidden />}
      rightSection={tag && <CloseButton size="sm" aria-label={t('questions.all_tags')} onClick={() => onChange(undefined)} />}
      rightSectionPointerEvents="all"
      value={typed}
      data={tags.map(({ name }) => name)}
      comboboxProps={{ portalProps: { target: '#main' } }}
      filter={({ options }) => options}
      onFocus={() => setTouched(true)}
      onChange={type}
      onOptionSubmit={onChange}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(typed.trim().toLowerCase() || undefined);
      }}
    />
  );
}
