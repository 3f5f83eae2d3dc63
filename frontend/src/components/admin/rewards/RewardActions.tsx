import { ActionIcon, Menu } from '@mantine/core';
import type { CatalogueReward } from '@regulars/client';
import { IconArchive, IconDots, IconPencil, IconReceipt, IconStack2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

/** What can be done with a reward. An archived one can only be looked into. */
export function RewardActions({
  item: { reward, archived_at },
  onEdit,
  onSupply,
  onArchive,
}: {
  item: CatalogueReward;
  onEdit: () => void;
  onSupply: () => void;
  onArchive: () => void;
}) {
  const { t } = useTranslation(['admin_loyalty', 'admin', 'common']);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('admin:actions_of', { name: reward.name })}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!archived_at && (
          <>
            <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={onEdit}>
              {t('common:edit')}
            </Menu.Item>
            <Menu.Item leftSection={<IconStack2 size={16} aria-hidden />} onClick={onSupply}>
              {t(reward.kind === 'code_pool' ? 'supply.add_codes' : 'supply.edit_stock')}
            </Menu.Item>
          </>
        )}
        <Menu.Item
          leftSection={<IconReceipt size={16} aria-hidden />}
          renderRoot={(root) => <Link {...root} to="/admin/redemptions" search={{ reward: reward.id }} />}
        >
          {t('reward.redemptions')}
        </Menu.Item>
        {!archived_at && (
          <Menu.Item color="var(--bad)" leftSection={<IconArchive size={16} aria-hidden />} onClick={onArchive}>
            {t('reward.archive')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
