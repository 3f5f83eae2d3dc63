import { Stack, Text } from '@mantine/core';
import { listEarningRules, type RuleView } from '@regulars/client';
import { listEarningRulesOptions } from '@regulars/client/react-query';
import { IconCoins, IconFlask, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { CsvButton } from '~/components/admin/CsvButton';
import { type Column, DataTable } from '~/components/admin/DataTable';
import { STATUS_TONES, statusOf } from '~/components/admin/earning-rules/ruleForm';
import { useRuleWording } from '~/components/admin/earning-rules/useRuleWording';
import { StateBadge } from '~/components/admin/StateBadge';
import { Empty } from '~/components/LoadState';
import { LinkButton, LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { date } from '~/format';
import { loadNamespaces } from '~/i18n';
import { text } from '~/searchParams';

export const Route = createFileRoute('/admin/earning-rules/')({
  beforeLoad: administratorsOnly,
  validateSearch: (search): { cursor?: string } => ({ cursor: text(search.cursor) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(cause, Promise.all([loadNamespaces('admin_loyalty'), queries.ensureQueryData(listEarningRulesOptions({ query: deps }))])),
  component: EarningRules,
});

function EarningRules() {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const { sentence } = useRuleWording();
  const navigate = Route.useNavigate();
  const rules = useQuery({ ...listEarningRulesOptions({ query: Route.useSearch() }), placeholderData: keepPreviousData });
  const columns: Column<RuleView>[] = [
    {
      accessor: 'name',
      title: t('rule.one'),
      width: 460,
      render: ({ rule_id, name, trigger, terms }) => (
        <Stack gap={2}>
          <LinkText to="/admin/earning-rules/$ruleId" params={{ ruleId: rule_id }} size="sm" fw={600}>
            {name}
          </LinkText>
          <Text size="sm">{sentence(trigger, terms)}</Text>
        </Stack>
      ),
    },
    { accessor: 'trigger', title: t('rule.trigger_label'), render: ({ trigger }) => t(`rule.trigger.${trigger}`) },
    { accessor: 'status', title: t('admin:state'), render: (rule) => <StatusCell rule={rule} /> },
    { accessor: 'version', title: t('rule.version_short'), textAlign: 'right' },
  ];
  return (
    <>
      <PageHeader title={t('rule.title')} description={t('rule.intro')}>
        <LinkButton to="/admin/earning-rules/try" variant="default" leftSection={<IconFlask size={16} aria-hidden />}>
          {t('try.title')}
        </LinkButton>
        <LinkButton to="/admin/earning-rules/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t('rule.create')}
        </LinkButton>
      </PageHeader>
      <DataTable<RuleView>
        label={t('rule.title')}
        query={rules}
        columns={columns}
        actions={<CsvButton ask={listEarningRules} />}
        idField="rule_id"
        nameOf={({ name }) => name}
        onOpen={({ rule_id }) => navigate({ to: '/admin/earning-rules/$ruleId', params: { ruleId: rule_id } })}
        empty={
          <Empty icon={IconCoins} title={t('rule.none')}>
            <Text c="dimmed">{t('rule.none_detail')}</Text>
          </Empty>
        }
      />
    </>
  );
}

function StatusCell({ rule }: { rule: RuleView }) {
  const { t } = useTranslation('admin_loyalty');
  const status = statusOf(rule);
  const at = {
    active: rule.valid_until,
    changing: rule.valid_from,
    scheduled: rule.valid_from,
    ended: rule.valid_until,
    archived: rule.archived_at,
  };
  return (
    <Stack gap={2} align="flex-start">
      <StateBadge tone={STATUS_TONES[status]}>{t(`rule.status.${status}`)}</StateBadge>
      {at[status] && (
        <Text size="xs" c="dimmed">
          {t(`rule.status_at.${status}`, { date: date(at[status]) })}
        </Text>
      )}
    </Stack>
  );
}
