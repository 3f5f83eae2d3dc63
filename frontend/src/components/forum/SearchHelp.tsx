import { ActionIcon, Popover, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconHelp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './SearchHelp.module.css';

/** What a search may contain, each with what is put into the field. */
const OPERATORS = [
  ['phrase', '"flat tyre"', '"'],
  ['or', 'chain or belt', 'or '],
  ['not', '-electric', '-'],
  ['tag', 'tag:commuting', 'tag:'],
  ['solved', 'is:solved', 'is:solved '],
  ['unsolved', 'is:unsolved', 'is:unsolved '],
  ['author', 'author:marit', 'author:'],
  ['group', 'group:winter-commuters', 'group:'],
  ['after', 'after:2026-01-31', 'after:'],
  ['before', 'before:2026-06-30', 'before:'],
] as const;

const FOCUS_BACK_MS = 50;

/** How to search more closely. */
export function SearchHelp({ onPick }: { onPick: (operator: string) => void }) {
  const { t } = useTranslation('forum');
  const [opened, help] = useDisclosure(false);
  const pick = (operator: string) => {
    help.close();
    // After the popover has given the focus back.
    window.setTimeout(() => onPick(operator), FOCUS_BACK_MS);
  };
  return (
    <Popover opened={opened} onChange={help.set} width={360} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon size={42} variant="default" aria-label={t('search.help')} onClick={help.toggle}>
          <IconHelp size={20} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Text fw={650} size="sm">
            {t('search.help')}
          </Text>
          <Table verticalSpacing={2} withRowBorders={false}>
            <Table.Tbody>
              {OPERATORS.map(([name, example, inserted]) => (
                <Table.Tr key={name}>
                  <Table.Td p={0}>
                    <UnstyledButton className={classes.operator} onClick={() => pick(inserted)}>
                      {example}
                    </UnstyledButton>
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{t(`search.operator.${name}`)}</Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
