import { Card, Stack } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { text } from '~/address';
import { administratorsOnly } from '~/components/admin/guard';
import { PageHead } from '~/components/PageHead';
import { AdjustForm } from '~/components/programme/adjustments/AdjustForm';
import { Integrity } from '~/components/programme/adjustments/Integrity';
import { words } from '~/i18n';

export const Route = createFileRoute('/admin/adjustments')({
  beforeLoad: administratorsOnly,
  loader: () => words('programme', 'admin'),
  validateSearch: (search): { member?: string } => ({
    member: text(search.member),
  }),
  component: Adjustments,
});

function Adjustments() {
  const { t } = useTranslation('programme');
  const { member } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <>
      <PageHead title={t('adjust.title')} description={t('adjust.intro')} />
      <Stack gap="lg" maw={760}>
        <Card>
          <AdjustForm handle={member} onHandle={(handle) => navigate({ search: { member: handle }, replace: true })} />
        </Card>
        <Integrity />
      </Stack>
    </>
  );
}
