import { Avatar, Table, Text } from '@mantine/core';
import { getLeaderboardOptions } from '@regulars/client/react-query';
import { IconTrophy } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty } from '~/components/LoadState';
import { LinkText } from '~/components/links';
import { number } from '~/format';

const boardOf = (group: string) => getLeaderboardOptions({ path: { board: 'reputation' }, query: { period: 'all', group } });

export const Route = createFileRoute('/groups/$slug/board')({
  loader: ({ context: { queries }, params }) => queries.ensureQueryData(boardOf(params.slug)),
  component: Board,
});

/** Who helps most in this group. */
function Board() {
  const { t } = useTranslation('groups');
  const { slug } = Route.useParams();
  const { data } = useSuspenseQuery(boardOf(slug));
  if (data.items.length === 0) return <Empty icon={IconTrophy} title={t('board.none')} />;
  return (
    <Table maw={640} captionSide="top">
      <Table.Caption>{t('board.caption')}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={72}>{t('board.rank')}</Table.Th>
          <Table.Th>{t('board.member')}</Table.Th>
          <Table.Th ta="right">{t('board.score')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {data.items.map(({ rank, score, member }) => (
          <Table.Tr key={member.handle}>
            <Table.Td>{number(rank)}</Table.Td>
            <Table.Td>
              <Avatar name={member.display_name} size={24} color="brand" variant="filled" display="inline-flex" mr={8} aria-hidden />
              <LinkText to="/members/$handle" params={{ handle: member.handle }}>
                {member.display_name}
              </LinkText>
            </Table.Td>
            <Table.Td ta="right">
              <Text span fw={600}>
                {number(score)}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
