import { Alert, Button, Group, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { linkExternalMemberMutation } from '@regulars/client/react-query';
import { IconCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { problemOf } from '~/api';
import { SettingsCard } from '~/components/account/SettingsCard';
import { LinkText } from '~/components/links';
import { showProblem } from '~/forms';
import { useWrite } from '~/write';

export const Route = createFileRoute('/_member/settings/shops')({ component: Shops });

function Shops() {
  const { t } = useTranslation('account');
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { code: '' },
    validate: { code: isNotEmpty(t('shops.empty')) },
    transformValues: ({ code }) => ({ code: code.trim() }),
  });
  const link = useWrite({
    ...linkExternalMemberMutation(),
    onSuccess: async () => {
      form.reset();
      await queries.invalidateQueries();
    },
    onError: (error) => {
      if (problemOf(error)?.code === 'already_linked') form.setFieldError('code', t('shops.already_linked'));
      else showProblem(error, form);
    },
  });
  return (
    <SettingsCard title={t('settings.part.shops')} description={t('shops.description')}>
      {link.isSuccess && (
        <Alert icon={<IconCheck />} title={t('shops.linked')} role="status">
          {t('shops.linked_detail')}{' '}
          <LinkText to="/points" search={{ tab: 'purchases' }} inherit underline="always">
            {t('shops.purchases')}
          </LinkText>
        </Alert>
      )}
      <form onSubmit={form.onSubmit((body) => link.mutate({ body }))} noValidate>
        <Group align="flex-start" gap="sm">
          <TextInput
            {...form.getInputProps('code')}
            key={form.key('code')}
            label={t('sign_up.link_code')}
            autoComplete="off"
            spellCheck={false}
            flex="1 1 240px"
          />
          <Button type="submit" loading={link.isPending} mt={25}>
            {t('shops.link')}
          </Button>
        </Group>
      </form>
      <Text size="sm" c="dimmed">
        {t('shops.where')}
      </Text>
    </SettingsCard>
  );
}
