import { Alert, Button, Group, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import type { LinkedCustomer } from '@regulars/client';
import { linkExternalMemberMutation } from '@regulars/client/react-query';
import { IconCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { linkCodeRefusal } from '~/components/account/linkCode';
import { SettingsCard } from '~/components/account/SettingsCard';
import { LinkText } from '~/components/links';
import { listed, number } from '~/format';
import { showProblem } from '~/forms';
import { useMovedCounts } from '~/useMovedCounts';
import { useWrite } from '~/useWrite';

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
      const refusal = linkCodeRefusal(error, 'code', t);
      if (!refusal) return showProblem(error, form);
      form.setFieldError('code', refusal);
      form.getInputNode('code')?.focus();
    },
  });
  return (
    <SettingsCard title={t('settings.part.shops')} description={t('shops.description')}>
      {link.data && (
        <Alert icon={<IconCheck />} title={t('shops.linked', { partner: link.data.partner })} role="status">
          <CameOver customer={link.data} /> {t('shops.linked_detail')}{' '}
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

/** What members look for of what came over; the rest is a matter of the house. */
const SHOWN = ['purchases', 'redemptions', 'questions', 'answers', 'comments', 'memberships'];

function CameOver({ customer: { partner, came_over } }: { customer: LinkedCustomer }) {
  const { t } = useTranslation(['account', 'common']);
  const movedIn = useMovedCounts();
  if (!came_over) return null;
  const { available, pending, reserved, arrears } = came_over.from;
  const points = available + pending + reserved + arrears;
  const what = movedIn(came_over.moved.filter(({ of }) => SHOWN.includes(of)));
  if (points > 0) what.unshift(t('common:points', { count: points, formatted: number(points) }));
  return what.length > 0 ? t('shops.came_over', { what: listed(what), partner }) : null;
}
