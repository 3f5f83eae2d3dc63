import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { RuleForm } from '~/components/admin/earning-rules/RuleForm';
import { PageHeader } from '~/components/PageHeader';
import { loadNamespaces } from '~/i18n';

export const Route = createFileRoute('/admin/earning-rules/new')({
  beforeLoad: administratorsOnly,
  loader: () => loadNamespaces('admin_loyalty'),
  component: NewRule,
});

function NewRule() {
  const { t } = useTranslation('admin_loyalty');
  const navigate = Route.useNavigate();
  return (
    <>
      <PageHeader title={t('rule.create')} description={t('rule.create_intro')} />
      <RuleForm
        onSaved={({ rule_id }) => navigate({ to: '/admin/earning-rules/$ruleId', params: { ruleId: rule_id } })}
        onCancel={() => navigate({ to: '/admin/earning-rules' })}
      />
    </>
  );
}
