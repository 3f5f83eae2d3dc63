import { Alert, Button, Card, Code, Group, Progress, Stack, Table, Text, Title } from '@mantine/core';
import type { Finding, Integrity as Found } from '@regulars/client';
import { checkLedgerIntegrityOptions, checkLedgerIntegrityQueryKey, startIntegrityCheckMutation } from '@regulars/client/react-query';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loading, Problem } from '~/components/LoadState';
import { RelativeTime } from '~/components/RelativeTime';
import { number } from '~/format';
import { showProblem } from '~/forms';
import { useWrite } from '~/useWrite';
import { StateBadge } from '../StateBadge';
import { WideTable } from '../WideTable';

/** While a check runs, how often to look how far it is. */
const LOOK_MS = 1_000;

/** Whether the books add up: what the latest check found, and how far the next one is. The server checks in the background. */
export function Integrity() {
  const { t } = useTranslation('admin_loyalty');
  const queries = useQueryClient();
  const check = useQuery({
    ...checkLedgerIntegrityOptions(),
    refetchInterval: ({ state }) => (state.data?.running ? LOOK_MS : false),
  });
  const start = useWrite({
    ...startIntegrityCheckMutation(),
    onSuccess: (now) => queries.setQueryData(checkLedgerIntegrityQueryKey(), now),
    onError: (error) => showProblem(error),
  });
  const running = check.data?.running;
  const progress = running?.checked
    ? t('integrity.progress', { checked: number(running.checked), total: number(running.total) })
    : t('integrity.waiting');
  return (
    <Card component="section" aria-labelledby="integrity">
      <Stack>
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h4" id="integrity">
              {t('integrity.title')}
            </Title>
            <Text size="sm" c="dimmed">
              {t('integrity.intro')}
            </Text>
          </div>
          <Button variant="default" onClick={() => start.mutate({})} loading={start.isPending} disabled={!!running}>
            {t('integrity.check')}
          </Button>
        </Group>
        {check.isPending && <Loading />}
        {check.isError && <Problem error={check.error} />}
        {running && (
          <div>
            <Progress value={(running.checked / Math.max(running.total, 1)) * 100} aria-label={progress} />
            <Text size="sm" mt={4} role="status">
              {progress}
            </Text>
          </div>
        )}
        <div aria-live="polite">{check.data && !running && <Result found={check.data} />}</div>
        {check.data && <Findings findings={check.data.findings} />}
      </Stack>
    </Card>
  );
}

function Result({ found }: { found: Found }) {
  const { t } = useTranslation('admin_loyalty');
  if (!found.checked_at) return <Text size="sm">{t('integrity.never')}</Text>;
  const broken = found.findings.some(({ outcome }) => outcome === 'broken');
  const verdict = found.sound ? 'sound' : broken ? 'unsound' : 'incomplete';
  const owed = found.liability_points ?? 0;
  return (
    <Alert
      variant="default"
      icon={found.sound ? <IconShieldCheck color="var(--good)" /> : <IconAlertTriangle color="var(--bad)" />}
      title={t(`integrity.${verdict}`)}
    >
      <Text size="sm">{t('integrity.liability', { count: owed, formatted: number(owed) })}</Text>
      <Text size="sm">
        {t('integrity.checked')} <RelativeTime at={found.checked_at} />
      </Text>
    </Alert>
  );
}

/** What the latest check found, line by line. */
function Findings({ findings }: { findings: Finding[] }) {
  const { t } = useTranslation('admin_loyalty');
  if (findings.length === 0) return null;
  return (
    <WideTable label={t('integrity.findings')} minWidth={420}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t('integrity.invariant')}</Table.Th>
          <Table.Th scope="col" w={180}>
            {t('integrity.result')}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {findings.map((finding) => (
          <Table.Tr key={finding.invariant}>
            <Table.Td lang="en">{finding.invariant}</Table.Td>
            <Table.Td>
              <FindingBadge finding={finding} />
              {finding.samples.length > 0 && (
                <Code block lang="en">
                  {finding.samples.join('\n')}
                </Code>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

function FindingBadge({ finding: { outcome, violations } }: { finding: Finding }) {
  const { t } = useTranslation('admin_loyalty');
  switch (outcome) {
    case 'holds':
      return <StateBadge tone="good">{t('integrity.holds')}</StateBadge>;
    case 'not_checked':
      return <StateBadge tone="waiting">{t('integrity.not_checked')}</StateBadge>;
    case 'broken':
      return <StateBadge tone="bad">{t('integrity.broken', { count: violations, formatted: number(violations) })}</StateBadge>;
  }
}
