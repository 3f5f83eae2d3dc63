import { Badge, Card, Collapse, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { PurchaseView } from '@regulars/client';
import { listMyPurchasesInfiniteOptions } from '@regulars/client/react-query';
import { IconChevronDown, IconShoppingBag } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { date, money, number } from '~/format';
import { byCursor, InfiniteList } from '../InfiniteList';
import { Empty } from '../LoadState';
import { LinkButton } from '../links';
import { channelName } from './channelName';
import { PointsExplanation } from './PointsExplanation';
import { PurchaseLines } from './PurchaseLines';
import classes from './Purchases.module.css';

/** What the member bought, and the points for it. */
export function Purchases() {
  const { t } = useTranslation(['loyalty', 'common']);
  const query = useInfiniteQuery({ ...listMyPurchasesInfiniteOptions(), ...byCursor });
  return (
    <InfiniteList
      query={query}
      empty={
        <Empty icon={IconShoppingBag} title={t('purchases.none')}>
          <Text c="dimmed">{t('purchases.none_detail')}</Text>
          <LinkButton to="/settings/shops" variant="default">
            {t('purchases.link_shop')}
          </LinkButton>
        </Empty>
      }
    >
      {card}
    </InfiniteList>
  );
}

const card = (purchase: PurchaseView) => <PurchaseCard key={purchase.purchase_id} purchase={purchase} />;

function PurchaseCard({ purchase }: { purchase: PurchaseView }) {
  const { t } = useTranslation(['loyalty', 'common']);
  const [opened, details] = useDisclosure(false);
  const points = purchase.points - purchase.points_clawed;
  const isWaiting = purchase.available_at && new Date(purchase.available_at) > new Date();
  const id = `purchase-${purchase.purchase_id}`;
  return (
    <Card component="article" p={0}>
      <UnstyledButton className={classes.head} onClick={details.toggle} aria-expanded={opened} aria-controls={id}>
        <Group justify="space-between" gap="sm" wrap="nowrap">
          <div className={classes.what}>
            <Title order={2} size="md">
              {t('purchases.order', { id: purchase.order_id })}
            </Title>
            <Text size="sm" c="dimmed">
              {date(purchase.purchased_at)} · {money(purchase.net_minor, purchase.currency)}
              {purchase.channel && ` · ${channelName(purchase.channel)}`}
            </Text>
          </div>
          <Group gap="sm" wrap="nowrap">
            <Stack gap={2} align="flex-end">
              <Text fw={700} className={classes.amount}>
                {t('common:points', { count: points, formatted: number(points) })}
              </Text>
              {isWaiting && purchase.available_at && (
                <Badge color="gray" variant="default" className={classes.badge}>
                  {t('purchases.from', { date: date(purchase.available_at) })}
                </Badge>
              )}
              {purchase.points_clawed > 0 && (
                <Badge color="orange" className={classes.badge}>
                  {t('purchases.clawed', { count: purchase.points_clawed, formatted: number(purchase.points_clawed) })}
                </Badge>
              )}
            </Stack>
            <IconChevronDown size={18} className={classes.chevron} data-opened={opened || undefined} aria-hidden />
          </Group>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened} id={id}>
        <Stack className={classes.details} gap="lg">
          <PurchaseLines purchase={purchase} />
          <PointsExplanation purchase={purchase} />
        </Stack>
      </Collapse>
    </Card>
  );
}
