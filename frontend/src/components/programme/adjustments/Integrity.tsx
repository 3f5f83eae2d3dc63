import { Alert, Button, Card, Code, Group, Stack, Table, Text, Title } from '@mantine/core';
import { checkLedgerIntegrityOptions } from '@regulars/client/react-query';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Problem } from '~/components/states';
import { When } from '~/components/When';
import { number } from '~/format';
import { StateBadge } from '../StateBadge';
import { WideTable } from '../WideTable';

/** Whether the points book adds up. The check reads the whole book, so it runs when somebody asks. */
export function Integrity() {
  const { t } = useTranslation('programme');
  const check = useQuery({
    ...checkLedgerIntegrityOptions(),
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data } = check;
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
          <Button variant="default" onClick={() => check.refetch()} loading={check.isFetching}>
            {t('integrity.check')}
          </Button>
        </Group>
        {check.isError && <Problem error={check.error} />}
        <div aria-live="polite">
          {data && (
            <Stack>
              <Alert
                variant="default"
                icon={data.sound ? <IconShieldCheck color="var(--good)" /> : <IconAlertTriangle color="var(--bad)" />}
                title={t(data.sound ? 'integrity.sound' : 'integrity.unsound')}
              >
                <Text size="sm">
                  {t('integrity.liability', {
                    count: data.liability_points,
                    formatted: number(data.liability_points),
                  })}
                </Text>
                <Text size="sm">
                  {t('integrity.checked')} <When at={new Date(check.dataUpdatedAt).toISOString()} />
                </Text>
              </Alert>

              <WideTable label={t('integrity.title')} minWidth={420}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">{t('integrity.invariant')}</Table.Th>
                    <Table.Th scope="col">{t('integrity.result')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.findings.map(({ invariant, violations, samples }) => (
                    <Table.Tr key={invariant}>
                      <Table.Td lang="en">{invariant}</Table.Td>
                      <Table.Td>
                        <StateBadge tone={violations ? 'bad' : 'good'}>
                          {violations
                            ? t('integrity.broken', {
                                count: violations,
                                formatted: number(violations),
                              })
                            : t('integrity.holds')}
                        </StateBadge>
                        {samples.length > 0 && <Code block>{samples.join('\n')}</Code>}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </WideTable>
            </Stack>
          )}
        </div>
      </Stack>
    </Card>
  );
}
