import { Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { getSiteOptions, previewEarningMutation } from '@regulars/client/react-query';
import { IconFlask } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { EarningPreview } from '~/components/admin/earning-rules/EarningPreview';
import { OrderFields } from '~/components/admin/earning-rules/OrderFields';
import { firstOrder, previewOf, type TestOrder } from '~/components/admin/earning-rules/orderForm';
import { Empty } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { showProblem } from '~/forms';
import { loadNamespaces } from '~/i18n';
import { useWrite } from '~/useWrite';

export const Route = createFileRoute('/admin/earning-rules/try')({
  beforeLoad: administratorsOnly,
  loader: ({ context: { queries } }) => Promise.all([loadNamespaces('admin_loyalty'), queries.ensureQueryData(getSiteOptions())]),
  component: TryRules,
});

/** The server names fields of the order; the form has them beside the member's. */
const unnested = (form: { setErrors: (errors: Record<string, string>) => void }) => ({
  setErrors: (errors: Record<string, string>) =>
    form.setErrors(Object.fromEntries(Object.entries(errors).map(([field, error]) => [field.replace(/^order\./, ''), error]))),
});

function TryRules() {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const { data: site } = useQuery(getSiteOptions());
  const form = useForm<TestOrder>({
    initialValues: firstOrder(site?.currency),
    validate: {
      lines: {
        sku: isNotEmpty(t('admin:needed')),
        quantity: isNotEmpty(t('admin:needed')),
        unit_minor: isNotEmpty(t('admin:needed')),
      },
    },
  });
  const preview = useWrite({ ...previewEarningMutation(), onError: (error) => showProblem(error, unnested(form)) });
  return (
    <>
      <LinkText to="/admin/earning-rules" size="sm">
        {t('rule.title')}
      </LinkText>
      <PageHeader title={t('try.title')} description={t('try.intro')} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <form noValidate onSubmit={form.onSubmit((values) => preview.mutate({ body: previewOf(values) }))}>
          <Stack>
            <OrderFields form={form} />
            <Button type="submit" loading={preview.isPending} leftSection={<IconFlask size={16} aria-hidden />}>
              {t('try.run')}
            </Button>
          </Stack>
        </form>
        <div aria-live="polite">
          {preview.data && preview.variables ? (
            <EarningPreview tried={preview.variables.body} preview={preview.data} />
          ) : (
            <Empty icon={IconFlask} title={t('try.empty')}>
              <Text c="dimmed">{t('try.empty_detail')}</Text>
            </Empty>
          )}
        </div>
      </SimpleGrid>
    </>
  );
}
