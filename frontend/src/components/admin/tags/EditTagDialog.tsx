import { Select, Stack, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { TagView } from '@regulars/client';
import { editTagMutation, getTagOptions, listTagsOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { Loading, Problem } from '~/components/LoadState';
import { showProblem, showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { changesOf } from '~/rebase';
import { useDraftForm } from '~/useDraftForm';
import { useOnce, useWrite } from '~/useWrite';

/** What a tag is for, and whether it only stands for another. */
export function EditTagDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation(['admin_community', 'common']);
  const { data: tag, error } = useQuery({ ...getTagOptions({ path: { name } }), staleTime: 0 });
  return (
    <Dialog opened onClose={onClose} title={t('tags.edit', { name })}>
      {error ? <Problem error={error} /> : tag ? <Fields tag={tag} onClose={onClose} /> : <Loading />}
    </Dialog>
  );
}

function Fields({ tag, onClose }: { tag: TagView; onClose: () => void }) {
  const { t } = useTranslation(['admin_community', 'common']);
  const queries = useQueryClient();
  const edit = useWrite(editTagMutation());
  const form = useDraftForm(`edit.tag.${tag.name}`, {
    initialValues: { description: tag.description, synonym_of: tag.synonym_of ?? null },
  });
  const send = useOnce(async ({ description, synonym_of }: typeof form.values) => {
    try {
      // The API takes null for "stands for itself", which the description of its body cannot say.
      const now = { description: description.trim(), synonym_of: synonym_of as string | undefined };
      const body = changesOf(now, form.getInitialValues() as typeof now);
      await edit.mutateAsync({ path: { name: tag.name }, body });
      showSuccess(t('tags.saved', { name: tag.name }));
      onClose();
      await invalidate(queries, 'tags');
    } catch (error) {
      showProblem(error, form);
    }
  });
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack gap="md">
        <Textarea
          autoFocus
          label={t('tags.description')}
          description={t('tags.description_hint')}
          autosize
          minRows={3}
          maxLength={1_000}
          {...form.getInputProps('description')}
        />
        <OtherTag not={tag.name} {...form.getInputProps('synonym_of')} />
        <DialogButtons onCancel={onClose} loading={edit.isPending}>
          {t('common:save')}
        </DialogButtons>
      </Stack>
    </form>
  );
}

interface OtherTagProps {
  not: string;
  value?: string | null;
  onChange: (name: string | null) => void;
  error?: React.ReactNode;
}

function OtherTag({ not, value = null, onChange, error }: OtherTagProps) {
  const { t } = useTranslation(['admin_community', 'admin']);
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed.trim().toLowerCase(), 200);
  const { data } = useQuery({ ...listTagsOptions({ query: q ? { q } : {} }), placeholderData: keepPreviousData });
  const names = (data?.items ?? []).map(({ name }) => name).filter((name) => name !== not);
  return (
    <Select
      label={t('tags.synonym_of')}
      description={t('tags.synonym_hint')}
      placeholder={t('tags.itself')}
      data={value && !names.includes(value) ? [value, ...names] : names}
      value={value}
      onChange={onChange}
      error={error}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('admin:filter.clear'), 'aria-hidden': false, tabIndex: 0, size: 'md' }}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={t('admin:table.nothing')}
    />
  );
}
