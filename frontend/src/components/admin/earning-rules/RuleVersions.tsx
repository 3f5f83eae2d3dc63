import { Button, List, Text, Timeline } from '@mantine/core';
import type { RuleView } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '~/components/RelativeTime';
import { dateTime } from '~/format';
import { type TermName, useRuleWording } from './useRuleWording';

/** The rules that a programme comes with apply to whatever it imports. */
const isFromTheBeginning = ({ valid_from }: RuleView) => new Date(valid_from).getTime() === 0;

/** What changed from version to version, the newest first. */
export function RuleVersions({ versions, more, loading }: { versions: RuleView[]; more?: () => void; loading?: boolean }) {
  const { t } = useTranslation(['admin_loyalty', 'common']);
  return (
    <>
      <Timeline bulletSize={26} lineWidth={2} active={versions.length}>
        {versions.map((version, index) => (
          <Timeline.Item
            key={version.version_id}
            bullet={<Text size="xs">{version.version}</Text>}
            title={t('rule.version', { version: version.version })}
          >
            <Text size="sm" c="dimmed" component="div">
              {isFromTheBeginning(version) ? t('rule.valid_always') : t('rule.valid_from', { at: dateTime(version.valid_from) })}
              {version.valid_until && ` ${t('rule.valid_until', { at: dateTime(version.valid_until) })}`}
              {' · '}
              {t('rule.written')} <RelativeTime at={version.created_at} />
            </Text>
            <Changes version={version} before={versions[index + 1]} />
          </Timeline.Item>
        ))}
      </Timeline>
      {more && (
        <Button variant="default" size="sm" mt="md" onClick={more} loading={loading}>
          {t('common:more')}
        </Button>
      )}
    </>
  );
}

function Changes({ version, before }: { version: RuleView; before?: RuleView }) {
  const { t } = useTranslation('admin_loyalty');
  const { termTexts, sentence } = useRuleWording();
  if (!before) return <Text size="sm">{sentence(version.trigger, version.terms)}</Text>;
  const now = termTexts(version.trigger, version.terms);
  const then = termTexts(before.trigger, before.terms);
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])] as TermName[];
  const changed = names.filter((name) => now[name] !== then[name]);
  if (changed.length === 0) return <Text size="sm">{t('rule.only_validity')}</Text>;
  return (
    <List size="sm" spacing={4} mt={4}>
      {changed.map((name) => (
        <List.Item key={name}>
          {then[name] && (
            <Text span inherit c="var(--bad)">
              <del>{then[name]}</del>
            </Text>
          )}{' '}
          {now[name] && (
            <Text span inherit c="var(--good)">
              <ins>{now[name]}</ins>
            </Text>
          )}
        </List.Item>
      ))}
    </List>
  );
}
