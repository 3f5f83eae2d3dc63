import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listGroupsOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** One group out of however many, found by its name. */
export function GroupSelect({ value, onChange }: { value?: string; onChange: (slug?: string) => void }) {
  const { t } = useTranslation('admin');
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 200);
  const { data } = useQuery({ ...listGroupsOptions({ query: q ? { q } : {} }), placeholderData: keepPreviousData });
  const groups = (data?.items ?? []).map(({ slug, name }) => ({ value: slug, label: name }));
  const shown = value && !groups.some((group) => group.value === value) ? [{ value, label: value }, ...groups] : groups;
  return (
    <Select
      label={t('filter.group')}
      placeholder={t('filter.all')}
      data={shown}
      value={value ?? null}
      onChange={(slug) => onChange(slug ?? undefined)}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('filter.clear'), 'aria-hidden': false, tabIndex: 0, size: 'md' }}
      onSearchChange={(search) => setTyped(groups.some(({ label }) => label === search) ? '' : search)}
      filter={({ options }) => options}
      nothingFoundMessage={t('table.nothing')}
    />
  );
}
