import { Alert, Stack, Text } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import type { RuleView } from '@regulars/client';
import { createEarningRuleMutation, editEarningRuleMutation, getSiteOptions } from '@regulars/client/react-query';
import { IconQuote } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { DialogButtons } from '~/components/DialogButtons';
import { EditConflict } from '~/components/EditConflict';
import { showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { useEditForm, type Version } from '~/useEditForm';
import { useWrite } from '~/useWrite';
import { RuleFields } from './RuleFields';
import { hasAmounts, type RuleValues, termsOf, valuesOf } from './ruleForm';
import { useRuleWording } from './useRuleWording';

/** Writes a rule, or its next version; says all the time what the rule will do. */
export function RuleForm({
  rule,
  onSaved,
  onCancel,
  read,
}: {
  rule?: RuleView;
  onSaved: (rule: RuleView) => void;
  onCancel: () => void;
  /** Asks the server for the rule's latest version. */
  read?: () => Promise<RuleView | undefined>;
}) {
  const { t } = useTranslation(['admin_loyalty', 'admin']);
  const queries = useQueryClient();
  const { sentence } = useRuleWording();
  const { data: site } = useQuery(getSiteOptions());
  const versionOf = (known?: RuleView): Version<RuleValues> => ({
    version: known ? `"${known.version}"` : '',
    values: valuesOf(known, site?.currency),
  });
  const edit = useEditForm<RuleValues>({
    draft: rule ? `edit.rule.${rule.rule_id}` : 'rule',
    now: versionOf(rule),
    read: async () => {
      const latest = await read?.();
      return latest && versionOf(latest);
    },
    validate: {
      name: (name) => (rule || name.trim() ? null : t('admin:needed')),
      valid_until: (until, { valid_from }) => (until && valid_from && until <= valid_from ? t('admin:until_after_from') : null),
      terms: {
        points: isNotEmpty(t('admin:needed')),
        currency: (currency, values) => (currency || !hasAmounts(values) ? null : t('admin:needed')),
        conditions: { hours: ({ from, until }) => ((from === '') === (until === '') ? null : t('rule.hours_both')) },
      },
    },
  });
  const { form, begun } = edit;
  const [values] = useDebouncedValue(form.values, 150);
  const write = {
    onSuccess: (saved: RuleView) => {
      edit.discard();
      invalidate(queries, 'earning_rules');
      showSuccess(t(rule ? 'rule.saved' : 'rule.created'));
      onSaved(saved);
    },
    onError: edit.refused,
  };
  const create = useWrite({ ...createEarningRuleMutation(), ...write });
  const change = useWrite({ ...editEarningRuleMutation(), ...write });

  return (
    <form
      noValidate
      onSubmit={form.onSubmit((filled) => {
        const body = { terms: termsOf(filled), valid_from: filled.valid_from || undefined, valid_until: filled.valid_until || undefined };
        if (rule) change.mutate({ path: { rule_id: rule.rule_id }, headers: { 'If-Match': begun.version }, body });
        else create.mutate({ body: { ...body, name: filled.name, trigger: filled.trigger } });
      })}
    >
      <Stack>
        {(!edit.behind || edit.restored) && <EditConflict edit={edit} />}
        <RuleFields form={form} isNew={!rule} />
        <Alert icon={<IconQuote />} title={t('rule.says')} className="sticky-foot" variant="default">
          <Text size="sm" aria-live="polite">
            {sentence(values.trigger, termsOf(values))}
          </Text>
        </Alert>
        {form.errors.terms && (
          <Text c="var(--bad)" size="sm" role="alert">
            {form.errors.terms}
          </Text>
        )}
        {edit.behind && !edit.restored && <EditConflict edit={edit} />}
        {rule && <Text size="sm">{t('rule.edit_effect')}</Text>}
        <DialogButtons onCancel={onCancel} loading={create.isPending || change.isPending}>
          {t(rule ? 'rule.save_version' : 'rule.create')}
        </DialogButtons>
      </Stack>
    </form>
  );
}
