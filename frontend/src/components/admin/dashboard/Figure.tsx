import { Box, Button, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconChartBar, IconTable } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AreaChart, BarChart, LineChart } from '~/components/charts';
import { compact } from '~/format';
import { WideTable } from '../WideTable';

const HEIGHT = 260;

/** One row: where it stands on the axis, and the value of each series; absent where there is none. */
type FigureRow = { at: string } & Record<string, string | number | undefined>;

interface FigureSeries {
  name: string;
  label: string;
  colour: string;
  /** Dashed, so that two lines differ by more than colour. */
  dashed?: boolean;
}

interface Props {
  title: string;
  description?: string;
  kind: 'area' | 'bar' | 'line';
  /** What the first column is. */
  axis: string;
  rows: FigureRow[];
  series: FigureSeries[];
  format: (value: number) => string;
  /** Short, for the axis. */
  formatAxis?: (value: number) => string;
}

/** Numbers as a chart, and as a table for those who want to read them. */
export function Figure(props: Props) {
  const { t } = useTranslation('admin_community');
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const { title, description } = props;
  return (
    <Card component="section" aria-labelledby={id}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="sm">
        <Stack gap={0}>
          <Title order={3} size="h5" id={id}>
            {title}
          </Title>
          {description && (
            <Text size="sm" c="dimmed">
              {description}
            </Text>
          )}
        </Stack>
        <Button
          size="compact-sm"
          variant="default"
          flex="0 0 auto"
          aria-label={t(asTable ? 'dashboard.back_to_chart' : 'dashboard.table_of', { title })}
          leftSection={asTable ? <IconChartBar size={14} aria-hidden /> : <IconTable size={14} aria-hidden />}
          onClick={() => setAsTable(!asTable)}
        >
          {t(asTable ? 'dashboard.as_chart' : 'dashboard.as_table')}
        </Button>
      </Group>
      <Box h={HEIGHT} style={{ overflow: 'auto' }}>
        {asTable ? <Numbers {...props} /> : <Chart {...props} />}
      </Box>
    </Card>
  );
}

function Chart({ title, kind, rows, series, format, formatAxis = compact }: Props) {
  const { t } = useTranslation('admin_community');
  const common = {
    h: HEIGHT,
    data: rows,
    dataKey: 'at',
    withLegend: series.length > 1,
    valueFormatter: format,
    yAxisProps: { tickFormatter: formatAxis, width: 64, allowDecimals: false },
    series: series.map(({ name, label, colour, dashed }) => ({ name, label, color: colour, strokeDasharray: dashed ? '6 4' : undefined })),
  };
  const quiet = { accessibilityLayer: false };
  return (
    <Box role="group" aria-label={t('dashboard.chart_of', { title })}>
      {kind === 'bar' && <BarChart {...common} barChartProps={quiet} />}
      {kind === 'line' && <LineChart {...common} lineChartProps={quiet} connectNulls withDots={rows.length < 40} curveType="monotone" />}
      {kind === 'area' && <AreaChart {...common} areaChartProps={quiet} withDots={false} curveType="monotone" fillOpacity={0.15} />}
    </Box>
  );
}

function Numbers({ title, axis, rows, series, format }: Props) {
  const { t } = useTranslation('admin_community');
  return (
    <WideTable label={t('dashboard.table_of', { title })} minWidth={280} stickyHeader>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{axis}</Table.Th>
          {series.map(({ name, label }) => (
            <Table.Th scope="col" key={name} ta="right">
              {label}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.at}>
            <Table.Th scope="row" fw={400}>
              {row.at}
            </Table.Th>
            {series.map(({ name }) => {
              const value = row[name];
              return (
                <Table.Td key={name} ta="right">
                  {typeof value === 'number' ? format(value) : '–'}
                </Table.Td>
              );
            })}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
