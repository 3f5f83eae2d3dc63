import { Group, Text, ThemeIcon } from '@mantine/core';
import type { StatementLine } from '@regulars/client';
import { listMyStatementInfiniteOptions } from '@regulars/client/react-query';
import {
  type Icon,
  IconAdjustments,
  IconArrowBackUp,
  IconArrowMerge,
  IconCalendarX,
  IconCoins,
  IconGift,
  IconHourglassEmpty,
  IconLock,
  IconLockOpen,
  IconReceiptRefund,
} from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { dateTime, number, signed } from '~/format';
import { byCursor, InfiniteList } from '../InfiniteList';
import { Empty } from '../LoadState';
import { LinkButton } from '../links';
import classes from './Statement.module.css';
import { changeOf, pointsOf, sentenceOf } from './statementLine';

const IMAGES: Record<StatementLine['kind'], Icon> = {
  earn: IconHourglassEmpty,
  activate: IconCoins,
  expire: IconCalendarX,
  hold: IconLock,
  release: IconLockOpen,
  redeem: IconGift,
  refund: IconArrowBackUp,
  clawback: IconReceiptRefund,
  repay: IconReceiptRefund,
  restore: IconArrowBackUp,
  adjust: IconAdjustments,
  erase: IconCalendarX,
  transfer: IconArrowMerge,
};

/** Every movement of the member's points, newest first. */
export function Statement() {
  const { t } = useTranslation('loyalty');
  const query = useInfiniteQuery({ ...listMyStatementInfiniteOptions(), ...byCursor });
  return (
    <InfiniteList
      query={query}
      as="rows"
      empty={
        <Empty icon={IconCoins} title={t('statement.none')}>
          <LinkButton to="/points" search={{ tab: 'earn' }} variant="default">
            {t('earn.title')}
          </LinkButton>
        </Empty>
      }
    >
      {movement}
    </InfiniteList>
  );
}

const movement = (line: StatementLine) => <Movement key={line.id} line={line} />;

function Movement({ line }: { line: StatementLine }) {
  const { t } = useTranslation('loyalty');
  const points = pointsOf(line);
  const change = changeOf(line);
  const Image = IMAGES[line.kind];
  const isSettled = change.account === 'available' || change.account === 'arrears';
  const colour = !isSettled || change.points === 0 ? undefined : change.points > 0 ? 'var(--good)' : 'var(--bad)';
  return (
    <Group className={classes.movement} wrap="nowrap" gap="md" align="center">
      <ThemeIcon variant="light" color={isSettled ? 'brand' : 'gray'} size={36} radius="xl" aria-hidden>
        <Image size={18} />
      </ThemeIcon>
      <div className={classes.what}>
        <Text fw={500}>{t(`statement.${sentenceOf(line)}`, { count: points, formatted: number(points) })}</Text>
        <Text size="sm" c="dimmed">
          {line.note && `${line.note} · `}
          <time dateTime={line.effective_at}>{dateTime(line.effective_at)}</time>
        </Text>
      </div>
      <div className={classes.amount}>
        <Text fw={700} c={colour}>
          {signed(change.points)}
        </Text>
        <Text size="xs" c="dimmed">
          {change.account === 'available'
            ? t('statement.balance', { formatted: number(line.balance_after) })
            : t(`statement.account.${change.account}`)}
        </Text>
      </div>
    </Group>
  );
}
