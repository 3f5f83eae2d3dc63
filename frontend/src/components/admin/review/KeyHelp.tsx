import { Kbd, Stack, Switch, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { KEYS, useKeysEnabled } from './keys';

/** Which keys do what, and the switch that silences them. */
export function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['admin_community', 'common']);
  const [on, setOn] = useKeysEnabled();
  return (
    <Dialog opened={opened} onClose={onClose} title={t('review.keys')}>
      <Stack gap="md">
        <Switch
          checked={on}
          onChange={(event) => setOn(event.currentTarget.checked)}
          label={t('review.keys_on')}
          description={t('review.keys_on_detail')}
        />
        <Table aria-label={t('review.keys')}>
          <Table.Tbody>
            {Object.entries(KEYS).map(([key, command]) => (
              <Table.Tr key={key}>
                <Table.Th scope="row" w={60}>
                  <Kbd>{key}</Kbd>
                </Table.Th>
                <Table.Td>{t(`review.key.${command}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Text size="sm" c="dimmed">
          {t('review.keys_detail')}
        </Text>
      </Stack>
    </Dialog>
  );
}
