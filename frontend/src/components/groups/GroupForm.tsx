import { Button, Group, Radio, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { GroupKind } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { showProblem } from '~/forms';
import { useWrite } from '~/useWrite';

const KINDS = ['open', 'on_request', 'invite_only'] as const;

interface GroupTerms {
  name: string;
  description: string;
  kind: GroupKind;
  private: boolean;
}

/** What a group is called, what it is for, and who gets in. */
export function GroupForm({
  initial,
  submit,
  label,
}: {
  initial: GroupTerms;
  submit: (terms: GroupTerms) => Promise<unknown>;
  label: string;
}) {
  const { t } = useTranslation('groups');
  const form = useForm({ initialValues: initial });
  const write = useWrite({ mutationFn: submit, onError: (error) => showProblem(error, form) });
  return (
    <form onSubmit={form.onSubmit((terms) => write.mutate(terms))}>
      <Stack maw={640}>
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
