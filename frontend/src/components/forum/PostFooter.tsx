import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconFlag, IconHistory, IconLink, IconPencil, IconTrash } from '@tabler/icons-react';
import { lazy, type ReactNode, type Ref, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '~/session';
import { AuthorChip } from '../AuthorChip';
import { RelativeTime } from '../RelativeTime';
import { FlagDialog } from './FlagDialog';
import { withinEditWindow } from './limits';
import classes from './post.module.css';
import type { Post, PostRef } from './questionCache';
import { useMembersOnly } from './useMembersOnly';

/** With what compares texts, which few readers need. */
const RevisionsDialog = lazy(() => import('./RevisionsDialog'));

const small = { size: 'compact-sm', variant: 'subtle', color: 'gray', className: classes.action } as const;

/** Under a post: what can be done with it, and who wrote it. */
export function PostFooter({
  post,
  of,
  address,
  moderates,
  onEdit,
  editButton,
  onDelete,
  children,
}: {
  post: Post;
  of: PostRef;
  /** Where the post is, within the site. */
  address: string;
  moderates: boolean;
  onEdit: () => void;
  /** Where the focus goes back to after editing. */
  editButton: Ref<HTMLButtonElement>;
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
          <Button {...small} ref={editButton} leftSection={<IconPencil size={15} />} onClick={onEdit}>
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
          {t(`post.${of.kind === 'question' ? 'asked' : 'answered'}`)} <RelativeTime at={post.created_at} />
          {post.edited_at && (
            <>
              {' · '}
              {t('post.edited')} <RelativeTime at={post.edited_at} />
            </>
          )}
        </Text>
        <AuthorChip author={post.author} size={30} />
      </Stack>
      <FlagDialog of={of} opened={flagging} close={flag.close} />
      {revising && (
        <Suspense>
          <RevisionsDialog of={of} close={revisions.close} />
        </Suspense>
      )}
    </div>
  );
}
