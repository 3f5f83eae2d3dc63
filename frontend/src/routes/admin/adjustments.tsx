import { Button, Card, Group, Stack } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AdjustPointsDialog } from '~/components/admin/adjustments/AdjustPointsDialog';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { Integrity } from '~/components/admin/integrity/Integrity';
import { MemberSelect } from '~/components/admin/members/MemberSelect';
import { PageHeader } from '~/components/PageHeader';
import { loadNamespaces } from '~/i18n';
import { text } from '~/searchParams';

export const Route = createFileRoute('/admin/adjustments')({
  beforeLoad: administratorsOnly,
  loader: () => loadNamespaces('admin_loyalty', 'admin_community'),
  validateSearch: (search): { member?: string } => ({ member: text(search.member) }),
  component: Adjustments,
});

function Adjustments() {
  const { t } = useTranslation('admin_loyalty');
  const { member } = Route.useSearch();
  const { me } = Route.useRouteContext();
  const navigate = Route.useNavigate();
  const [adjusting, setAdjusting] = useState(false);
  const own = member === me.handle;
  return (
    <>
      <PageHeader title={t('adjustments.title')} description={t('adjustments.intro')} />
      <Stack gap="lg" maw={760}>
        <Card>
          <Stack>
            <MemberSelect
              value={member}
              onChange={(handle) => navigate({ search: { member: handle }, replace: true })}
              error={own && t('adjustments.not_own')}
            />
            <Group justify="flex-end">
              <Button onClick={() => setAdjusting(true)} disabled={!member || own}>
                {t('adjustments.open')}
              </Button>
            </Group>
          </Stack>
        </Card>
        <Integrity />
      </Stack>
      {adjusting && member && <AdjustPointsDialog handle={member} name={member} onClose={() => setAdjusting(false)} />}
    </>
  );
}
