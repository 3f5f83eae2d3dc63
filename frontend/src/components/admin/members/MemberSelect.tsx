import { Badge, Group, Select, type SelectProps, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { MemberForAdmin } from '@regulars/client';
import { listAllMembersOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '~/problems';

type Props = Omit<SelectProps, 'data' | 'value' | 'onChange'> & { value?: string; onChange: (handle?: string) => void };

/** Finds a member by how the handle or the e-mail address begins. */
export function MemberSelect({ value, onChange, ...props }: Props) {
  const { t } = useTranslation('admin');
  const [typed, setTyped] = useState(value ?? '');
  const [shown, setShown] = useState(value);
  if (value !== shown) {
    setShown(value);
    if (value) setTyped(value);
  }
  const text = typed.trim();
  const [q] = useDebouncedValue(text, 250);
  const found = useQuery({
    ...listAllMembersOptions({ query: { q: q || undefined } }),
    placeholderData: keepPreviousData,
  });
  const isAnswered = found.isSuccess && !found.isPlaceholderData && q === text;
  // Until the answer for this text is there, those of the answer before who begin so.
  const members = new Map(
    found.data?.items.filter((member) => isAnswered || begins(member, text)).map((member) => [member.handle, member]),
  );
  const handles = [...members.keys()];
  if (value && value === text && !members.has(value)) handles.unshift(value);
  const none = found.isError ? messageOf(found.error).detail : t(isAnswered ? 'member_none' : 'member_searching');
  return (
    <Select
      label={t('member')}
      description={t('member_help')}
      searchable
      allowDeselect={false}
      nothingFoundMessage={none}
      // The server has searched already.
      filter={({ options }) => options}
      {...props}
      // Nobody; null would have the field emptied of what is being typed.
      value={value ?? ''}
      onChange={(handle) => onChange(handle ?? undefined)}
      searchValue={typed}
      onSearchChange={(next) => {
        setTyped(next);
        // Who was chosen is not who is looked for now.
        if (value && next !== value) onChange(undefined);
      }}
      data={handles}
      renderOption={({ option }) => <Found handle={option.value} member={members.get(option.value)} />}
    />
  );
}

const begins = ({ handle, email = '' }: MemberForAdmin, text: string) =>
  [handle, email].some((name) => name.toLowerCase().startsWith(text.toLowerCase()));

function Found({ handle, member }: { handle: string; member?: MemberForAdmin }) {
  const { t } = useTranslation();
  return (
    <div>
      <Group gap={6}>
        <Text size="sm">{member?.display_name ?? handle}</Text>
        {member?.merged_into && (
          <Badge size="xs" variant="default">
            {t('merged.part_of', { handle: member.merged_into })}
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {[handle, member?.email].filter(Boolean).join(' · ')}
      </Text>
    </div>
  );
}
