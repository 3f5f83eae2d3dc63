import { ThemeIcon, type ThemeIconProps } from '@mantine/core';
import type { RewardKind } from '@regulars/client';
import {
  type Icon,
  IconConfetti,
  IconDiscount,
  IconGift,
  IconGiftCard,
  IconHeartHandshake,
  IconPackage,
  IconRocket,
  IconTag,
  IconTicket,
  IconTruckDelivery,
} from '@tabler/icons-react';

const IMAGES: Record<RewardKind, Icon> = {
  percentage_coupon: IconDiscount,
  fixed_coupon: IconTag,
  code_pool: IconTicket,
  gift_card: IconGiftCard,
  free_shipping: IconTruckDelivery,
  material: IconPackage,
  donation: IconHeartHandshake,
  experience: IconConfetti,
  early_access: IconRocket,
  raffle_ticket: IconGift,
};

/** All kinds of rewards, in the order in which they are offered. */
export const REWARD_KINDS = Object.keys(IMAGES) as RewardKind[];

/** The picture of a kind of reward. */
export function RewardIcon({ kind, size = 48, ...props }: { kind: RewardKind } & ThemeIconProps) {
  const Image = IMAGES[kind];
  return (
    <ThemeIcon variant="light" size={size} radius="md" aria-hidden {...props}>
      <Image size="58%" stroke={1.5} />
    </ThemeIcon>
  );
}
