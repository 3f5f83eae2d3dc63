import { Select, type SelectProps, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listAllMembersOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Finds a member by how the handle or the e-mail address begins. */
export function MemberSelect({ value, ...props }: Omit<SelectProps, 'data' | 'value'> & { value?: string }) {
  const { t } = useTranslation('programme');
  const [typed, setTyped] = useState(value ?? '');
  const [q] = useDebouncedValue(typed.trim(), 250);
  const { data } = useQuery({
    ...listAllMembersOptions({ query: { q: q || undefined } }),
    placeholderData: keepPreviousData,
  });
  const members = new Map(data?.items.map((member) => [member.handle, member]));
  const handles = [...members.keys()];
  if (value && !members.has(value)) handles.unshift(value);
  return (
    <Select
      label={t('member')}
      description={t('member_help')}
      searchable
      nothingFoundMessage={t('member_none')}
      // The server has searched already.
      filter={({ options }) => options}
      {...props}
      value={value || null}
      searchValue={typed}
      onSearchChange={setTyped}
      data={handles}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{members.get(option.value)?.display_name ?? option.value}</Text>
          <Text size="xs" c="dimmed">
            {[option.value, members.get(option.value)?.email].filter(Boolean).join(' · ')}
          </Text>
        </div>
      )}
    />
  );
}
