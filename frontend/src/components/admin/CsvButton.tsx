import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconDownload } from '@tabler/icons-react';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { showProblem } from '~/forms';
import { saveFile } from '~/saveFile';
import { useWrite } from '~/useWrite';

interface Csv {
  headers: { Accept: string };
  parseAs: 'blob';
  throwOnError: true;
}

/** Excel knows UTF-8 by a byte order mark, and parts values by what is usual in its country. */
function accepted(forExcel: boolean) {
  if (!forExcel) return 'text/csv';
  return i18next.language === 'de' ? 'text/csv; bom=true; delimiter=semicolon' : 'text/csv; bom=true';
}

interface Props {
  /** Asks for the list with the table's filters, for example `(csv) => listReferrals({ ...csv, query: { state } })`. */
  ask: (csv: Csv) => Promise<{ data: unknown; response: Response }>;
}

/** Downloads all that the filters let through, not only the page in view. */
export function CsvButton({ ask }: Props) {
  const { t } = useTranslation('admin');
  const download = useWrite({
    mutationFn: (forExcel: boolean) => ask({ headers: { Accept: accepted(forExcel) }, parseAs: 'blob', throwOnError: true }),
    onSuccess: ({ data, response }) => {
      if (!(data instanceof Blob) || !data.type.startsWith('text/csv')) throw new Error('The answer is no CSV.');
      const name = /filename="?([^";]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
      saveFile(data, name ?? 'list.csv');
    },
    onError: (error) => showProblem(error),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          rightSection={<IconChevronDown size={16} aria-hidden />}
          loading={download.isPending}
        >
          {t('table.csv')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => download.mutate(false)}>{t('table.csv_plain')}</Menu.Item>
        <Menu.Item onClick={() => download.mutate(true)}>{t('table.csv_for_excel')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
