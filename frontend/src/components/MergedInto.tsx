import { Alert } from '@mantine/core';
import { IconArrowMerge } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { LinkText } from './links';

interface Props {
  /** Of the account. */
  handle: string;
  /** Where its page is. */
  to?: '/members/$handle' | '/admin/members/$handle';
}

/** Says whose account a member who was merged is now. */
export function MergedInto({ handle, to = '/members/$handle' }: Props) {
  const { t } = useTranslation();
  return (
    <Alert variant="light" icon={<IconArrowMerge />} title={t('merged.title')} mb="md">
      {t('merged.detail')}{' '}
      <LinkText to={to} params={{ handle }} inherit underline="always">
        @{handle}
      </LinkText>
    </Alert>
  );
}
