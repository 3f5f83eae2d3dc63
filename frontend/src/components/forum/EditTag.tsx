import { Button, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import type { TagView } from '@regulars/client';
import { editTagMutation, getTagQueryKey, listTagsInfiniteQueryKey } from '@regulars/client/react-query';
import { IconPencil } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { DialogButtons } from '~/components/DialogButtons';
import { showDone, showProblem } from '~/forms';

const DESCRIPTION_CHARS_MAX = 1_000;

/** For staff: what a tag means, and whether another one stands for it. */
export function EditTag({ tag }: { tag: TagView }) {
  const { t } = useTranslation(['forum', 'common']);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [opened, dialog] = useDisclosure(false);
  const form = useForm({ initialValues: { description: tag.description, synonym_of: tag.synonym_of ?? '' } });
  const save = useMutation({
    ...editTagMutation(),
    onSuccess: async (changed) => {
      queries.setQueryData(getTagQueryKey({ path: { name: tag.name } }), changed);
      queries.invalidateQueries({ queryKey: listTagsInfiniteQueryKey() });
      dialog.close();
      showDone(t('tags.saved'));
      if (changed.synonym_of) await navigate({ to: '/tags/$name', params: { name: changed.synonym_of } });
    },
    onError: (error) => showProblem(error, form),
  });
  return (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} />} onClick={dialog.open}>
        {t('common:edit')}
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t('tags.edit', { tag: tag.name })}
        closeButtonProps={{ 'aria-label': t('common:close') }}
      >
        <form
          onSubmit={form.onSubmit(({ description, synonym_of }) =>
            save.mutate({
              path: { name: tag.name },
              body: { description, ...(synonym_of.trim() && { synonym_of: synonym_of.trim().toLowerCase() }) },
            }),
          )}
        >
          <Stack gap="md">
            <Textarea
              label={t('tags.description')}
              autosize
              minRows={3}
              data-autofocus
              maxLength={DESCRIPTION_CHARS_MAX}
              {...form.getInputProps('description')}
            />
            <TextInput label={t('tags.synonym')} description={t('tags.synonym_hint')} {...form.getInputProps('synonym_of')} />
            <DialogButtons onCancel={dialog.close} loading={save.isPending}>
              {t('common:save')}
            </DialogButtons>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
