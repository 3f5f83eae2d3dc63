import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconFlag, IconHistory, IconLink, IconPencil, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '~/session';
import { AuthorChip } from '../Author';
import { When } from '../When';
import { FlagDialog } from './FlagDialog';
import { useMembersOnly } from './gate';
import { withinEditWindow } from './limits';
import classes from './post.module.css';
import { RevisionsDialog } from './RevisionsDialog';
import type { Post, PostRef } from './thread';

const small = { size: 'compact-sm', variant: 'subtle', color: 'gray', className: classes.action } as const;

/** Under a post: what can be done with it, and who wrote it. */
export function PostFoot({
  post,
  of,
  address,
  moderates,
  onEdit,
  onDelete,
  children,
}: {
  post: Post;
  of: PostRef;
  /** Where the post is, within the site. */
  address: string;
  moderates: boolean;
  onEdit: () => void;
  /** Absent when the caller may not. */
  onDelete?: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation(['forum', 'common']);
  const me = useMe();
  const membersOnly = useMembersOnly();
  const [flagging, flag] = useDisclosure(false);
  const [revising, revisions] = useDisclosure(false);
  const own = me?.id === post.author.id;
  const mayEdit = moderates || (me && own && withinEditWindow(me.trust, post.created_at));
  return (
    <div className={classes.foot}>
      <Group gap={2} className={classes.actions}>
        <CopyButton value={`${window.location.origin}${address}`} timeout={2_000}>
          {({ copied, copy }) => (
            <Button {...small} leftSection={copied ? <IconCheck size={15} /> : <IconLink size={15} />} onClick={copy}>
              <span aria-live="polite">{copied ? t('common:copied') : t('post.share')}</span>
            </Button>
          )}
        </CopyButton>
        {mayEdit && (
          <Button {...small} leftSection={<IconPencil size={15} />} onClick={onEdit}>
            {t('common:edit')}
          </Button>
        )}
        {post.edited_at && (
          <Button {...small} leftSection={<IconHistory size={15} />} onClick={revisions.open}>
            {t('post.history')}
          </Button>
        )}
        {!own && (
          <Button {...small} leftSection={<IconFlag size={15} />} onClick={() => membersOnly(flag.open)}>
            {t('post.flag')}
          </Button>
        )}
        {onDelete && (
          <Button {...small} leftSection={<IconTrash size={15} />} onClick={onDelete}>
            {t('common:delete')}
          </Button>
        )}
        {children}
      </Group>
      <Stack gap={2} className={classes.author}>
        <Text size="xs" c="dimmed">
          {t(`post.${of.kind === 'question' ? 'asked' : 'answered'}`)} <When at={post.created_at} />
          {post.edited_at && (
            <>
              {' · '}
              {t('post.edited')} <When at={post.edited_at} />
            </>
          )}
        </Text>
        <AuthorChip author={post.author} size={30} />
      </Stack>
      <FlagDialog of={of} opened={flagging} close={flag.close} />
      <RevisionsDialog of={of} opened={revising} close={revisions.close} />
    </div>
  );
}
