import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { showProblem } from '~/forms';
import { useWrite } from '~/write';

const CSV = { headers: { Accept: 'text/csv' }, parseAs: 'blob', throwOnError: true } as const;

interface Props {
  /** Asks for the list with the table's filters, for example `(csv) => listReferrals({ ...csv, query: { state } })`. */
  ask: (csv: typeof CSV) => Promise<{ data: unknown; response: Response }>;
}

/** Downloads all that the filters let through, not only the page in view. */
export function CsvButton({ ask }: Props) {
  const { t } = useTranslation('admin');
  const download = useWrite({
    mutationFn: () => ask(CSV),
    onSuccess: ({ data, response }) => {
      if (!(data instanceof Blob) || !data.type.startsWith('text/csv')) throw new Error('The answer is no CSV.');
      const name = /filename="?([^";]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
      const address = URL.createObjectURL(data);
      const link = Object.assign(document.createElement('a'), { href: address, download: name ?? 'list.csv' });
      link.click();
      // The browser has taken it over by the next turn.
      setTimeout(() => URL.revokeObjectURL(address));
    },
    onError: (error) => showProblem(error),
  });
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} aria-hidden />}
      loading={download.isPending}
      onClick={() => download.mutate()}
    >
      {t('table.csv')}
    </Button>
  );
}
