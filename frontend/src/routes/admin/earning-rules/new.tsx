import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/guard';
import { PageHead } from '~/components/PageHead';
import { RuleForm } from '~/components/programme/rules/RuleForm';
import { words } from '~/i18n';

export const Route = createFileRoute('/admin/earning-rules/new')({
  beforeLoad: administratorsOnly,
  loader: () => words('programme', 'admin'),
  component: NewRule,
});

function NewRule() {
  const { t } = useTranslation('programme');
  const navigate = Route.useNavigate();
  return (
    <>
      <PageHead title={t('rule.create')} description={t('rule.create_intro')} />
      <RuleForm
        onSaved={({ rule_id }) => navigate({ to: '/admin/earning-rules/$ruleId', params: { ruleId: rule_id } })}
        onCancel={() => navigate({ to: '/admin/earning-rules' })}
      />
    </>
  );
}
