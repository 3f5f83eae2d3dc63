import { Button, Group, Radio, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import type { GroupKind } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { EditConflict } from '~/components/EditConflict';
import { useEditForm, type Version } from '~/useEditForm';
import { useWrite } from '~/useWrite';

const KINDS = ['open', 'on_request', 'invite_only'] as const;

/** What the founder or an owner of a group decides. */
export interface GroupTerms {
  name: string;
  description: string;
  kind: GroupKind;
  private: boolean;
}

interface Props {
  /** The name of the draft. */
  draft: string;
  now: Version<GroupTerms>;
  read: () => Promise<Version<GroupTerms>>;
  /** Sends them, and returns what has become of them where the form stays open. */
  submit: (terms: GroupTerms, begun: Version<GroupTerms>) => Promise<Version<GroupTerms> | undefined>;
  label: string;
}

/** What a group is called, what it is for, and who gets in. */
export function GroupForm({ draft, now, read, submit, label }: Props) {
  const { t } = useTranslation('groups');
  const edit = useEditForm<GroupTerms>({ draft, now, read });
  const { form, begun } = edit;
  const write = useWrite({
    mutationFn: (terms: GroupTerms) => submit(terms, begun),
    onSuccess: (saved) => (saved ? edit.saved(saved) : edit.discard()),
    onError: edit.refused,
  });
  return (
    <form onSubmit={form.onSubmit((terms) => write.mutate(terms))}>
      <Stack maw={640}>
        <EditConflict edit={edit} texts={{ name: t('form.name'), description: t('form.description') }} />
        <TextInput label={t('form.name')} required maxLength={60} {...form.getInputProps('name')} />
        <Textarea
          label={t('form.description')}
          description={t('form.description_help')}
          autosize
          minRows={3}
          maxLength={2_000}
          {...form.getInputProps('description')}
        />
        <Radio.Group label={t('form.kind')} {...form.getInputProps('kind')}>
          <Stack gap="xs" mt="xs">
            {KINDS.map((kind) => (
              <Radio key={kind} value={kind} label={t(`kind.${kind}`)} description={t(`kind_help.${kind}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <Switch label={t('form.private')} description={t('form.private_help')} {...form.getInputProps('private', { type: 'checkbox' })} />
        <Group>
          <Button type="submit" loading={write.isPending}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
