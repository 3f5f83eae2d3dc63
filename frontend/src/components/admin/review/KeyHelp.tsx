import { Kbd, Modal, Stack, Switch, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useKeysOn } from './useKeys';

const KEYS = ['j', 'k', 'o', 'c', 'd', 'h', 'x', 'u'] as const;

/** Which keys do what, and the switch that silences them. */
export function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['admin', 'common']);
  const [on, setOn] = useKeysOn();
  return (
    <Modal opened={opened} onClose={onClose} title={t('review.keys')} closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}>
      <Stack gap="md">
        <Switch
          checked={on}
          onChange={(event) => setOn(event.currentTarget.checked)}
          label={t('review.keys_on')}
          description={t('review.keys_on_detail')}
        />
        <Table aria-label={t('review.keys')}>
          <Table.Tbody>
            {[...KEYS, '?' as const].map((key) => (
              <Table.Tr key={key}>
                <Table.Th scope="row" w={60}>
                  <Kbd>{key}</Kbd>
                </Table.Th>
                <Table.Td>{t(key === '?' ? 'review.key.help' : `review.key.${key}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Text size="sm" c="dimmed">
          {t('review.keys_detail')}
        </Text>
      </Stack>
    </Modal>
  );
}
