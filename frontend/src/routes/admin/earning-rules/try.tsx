import { Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getSiteOptions, previewEarningMutation } from '@regulars/client/react-query';
import { IconFlask } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/guard';
import { LinkText } from '~/components/links';
import { PageHead } from '~/components/PageHead';
import { OrderFields } from '~/components/programme/try/OrderFields';
import { Outcome } from '~/components/programme/try/Outcome';
import { firstOrder, previewOf, type TestOrder } from '~/components/programme/try/orderForm';
import { Empty } from '~/components/states';
import { showProblem } from '~/forms';
import { words } from '~/i18n';
import { useWrite } from '~/write';

export const Route = createFileRoute('/admin/earning-rules/try')({
  beforeLoad: administratorsOnly,
  loader: ({ context: { queries } }) => Promise.all([words('programme', 'admin'), queries.ensureQueryData(getSiteOptions())]),
  component: TryRules,
});

/** The server names fields of the order; the form has them beside the member's. */
const unnested = (form: { setErrors: (errors: Record<string, string>) => void }) => ({
  setErrors: (errors: Record<string, string>) =>
    form.setErrors(Object.fromEntries(Object.entries(errors).map(([field, error]) => [field.replace(/^order\./, ''), error]))),
});

function TryRules() {
  const { t } = useTranslation('programme');
  const { data: site } = useQuery(getSiteOptions());
  const form = useForm<TestOrder>({
    initialValues: firstOrder(site?.currency),
    validate: {
      lines: {
        sku: (sku) => (sku.trim() ? null : t('needed')),
        quantity: (quantity) => (quantity === '' ? t('needed') : null),
        unit_minor: (unit) => (unit === '' ? t('needed') : null),
      },
    },
  });
  const preview = useWrite({ ...previewEarningMutation(), onError: (error) => showProblem(error, unnested(form)) });
  return (
    <>
      <LinkText to="/admin/earning-rules" size="sm">
        {t('rule.title')}
      </LinkText>
      <PageHead title={t('try.title')} description={t('try.intro')} />
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
            <Outcome tried={preview.variables.body} outcome={preview.data} />
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
