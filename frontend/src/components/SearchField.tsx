import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

const PAUSE_MS = 250;

/** A field whose words go into the URL when the typing pauses. */
export function SearchField({
  value,
  onChange,
  ...input
}: Omit<TextInputProps, 'value' | 'onChange'> & { value?: string; onChange: (value?: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const change = useDebouncedCallback((typed: string) => onChange(typed.trim() || undefined), PAUSE_MS);
  // Back and forward in the history change the URL, but not while somebody types.
  useEffect(() => {
    if (field.current && document.activeElement !== field.current) field.current.value = value ?? '';
  }, [value]);
  return (
    <TextInput
      ref={field}
      type="search"
      defaultValue={value}
      onChange={(event) => change(event.currentTarget.value)}
      leftSection={<IconSearch size={16} aria-hidden />}
      w={{ base: '100%', xs: 240 }}
      {...input}
    />
  );
}
