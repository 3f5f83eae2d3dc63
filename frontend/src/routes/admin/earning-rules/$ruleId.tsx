import { Button, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import type { PageRuleView } from '@regulars/client';
import { deleteEarningRuleMutation, listEarningRuleVersionsInfiniteOptions } from '@regulars/client/react-query';
import { IconFlask, IconPencil } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { administratorsOnly } from '~/components/admin/administratorsOnly';
import { ConfirmByName } from '~/components/admin/ConfirmByName';
import { Conflict } from '~/components/admin/Conflict';
import { RuleForm } from '~/components/admin/earning-rules/RuleForm';
import { RuleVersions } from '~/components/admin/earning-rules/RuleVersions';
import { STATUS_TONES, statusOf } from '~/components/admin/earning-rules/ruleForm';
import { useRuleWording } from '~/components/admin/earning-rules/useRuleWording';
import { StateBadge } from '~/components/admin/StateBadge';
import { NotFound } from '~/components/LoadState';
import { LinkButton, LinkText } from '~/components/links';
import { PageHeader } from '~/components/PageHeader';
import { showProblem, showSuccess } from '~/forms';
import { loadNamespaces } from '~/i18n';
import { invalidate } from '~/invalidate';
import { isConflict } from '~/useEditForm';
import { useFocusBack } from '~/useFocusBack';
import { useWrite } from '~/useWrite';

const versionsOf = (ruleId: string) => {
  const path = { rule_id: ruleId };
  return {
    ...listEarningRuleVersionsInfiniteOptions({ path }),
    initialPageParam: { path },
    getNextPageParam: ({ next_cursor }: PageRuleView) => (next_cursor ? { path, query: { cursor: next_cursor } } : undefined),
  };
};

export const Route = createFileRoute('/admin/earning-rules/$ruleId')({
  beforeLoad: administratorsOnly,
  loader: ({ context: { queries }, params: { ruleId } }) =>
    Promise.all([loadNamespaces('admin_loyalty'), queries.ensureInfiniteQueryData(versionsOf(ruleId))]),
  component: EarningRule,
});

function EarningRule() {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  const { ruleId } = Route.useParams();
  const queries = useQueryClient();
  const { sentence } = useRuleWording();
  const list = useInfiniteQuery(versionsOf(ruleId));
  const [editing, setEditing] = useState(false);
  const editButton = useFocusBack(editing);
  const [ending, setEnding] = useState(false);
  const versions = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const [rule] = versions;
  const end = useWrite({
    ...deleteEarningRuleMutation(),
    onSuccess: () => {
      setEnding(false);
      invalidate(queries, 'earning_rules');
      showSuccess(t('rule.ended_done'));
    },
    onError: (error) => {
      setEnding(false);
      if (!isConflict(error)) showProblem(error);
    },
  });
  const reload = () => {
    end.reset();
    list.refetch();
  };
  if (!rule) return <NotFound />;
  const status = statusOf(rule);
  return (
    <>
      <LinkText to="/admin/earning-rules" size="sm">
        {t('rule.title')}
      </LinkText>
      <PageHeader title={rule.name} description={t(`rule.trigger.${rule.trigger}`)}>
        <StateBadge tone={STATUS_TONES[status]}>{t(`rule.status.${status}`)}</StateBadge>
      </PageHeader>
      <Stack gap="lg">
        <Conflict error={end.error} reload={reload} />
        {editing ? (
          <RuleForm
            rule={rule}
            onSaved={() => setEditing(false)}
            onCancel={() => setEditing(false)}
            read={async () => (await list.refetch()).data?.pages[0]?.items[0]}
          />
        ) : (
          <Card>
            <Stack align="flex-start">
              <Text size="lg">{sentence(rule.trigger, rule.terms)}</Text>
              <Group gap="xs">
                {status !== 'archived' && (
                  <Button ref={editButton} leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setEditing(true)}>
                    {t('common:edit')}
                  </Button>
                )}
                <LinkButton to="/admin/earning-rules/try" variant="default" leftSection={<IconFlask size={16} aria-hidden />}>
                  {t('try.title')}
                </LinkButton>
                {status !== 'archived' && (
                  <Button variant="default" onClick={() => setEnding(true)}>
                    {t('rule.end')}
                  </Button>
                )}
              </Group>
            </Stack>
          </Card>
        )}
        <section aria-labelledby="versions">
          <Title order={2} size="h3" mb="md" id="versions">
            {t('rule.versions')}
          </Title>
          <RuleVersions
            versions={versions}
            more={list.hasNextPage ? () => list.fetchNextPage() : undefined}
            loading={list.isFetchingNextPage}
          />
        </section>
      </Stack>
      <ConfirmByName
        opened={ending}
        onClose={() => setEnding(false)}
        title={t('rule.end_title', { name: rule.name })}
        name={rule.name}
        action={t('rule.end')}
        loading={end.isPending}
        onConfirm={() => end.mutate({ path: { rule_id: ruleId }, headers: { 'If-Match': `"${rule.version}"` } })}
      >
        <List size="sm" spacing={4}>
          <List.Item>{t('rule.end_now')}</List.Item>
          <List.Item>{t('rule.end_kept')}</List.Item>
          <List.Item>{t('rule.end_for_good')}</List.Item>
        </List>
      </ConfirmByName>
    </>
  );
}
