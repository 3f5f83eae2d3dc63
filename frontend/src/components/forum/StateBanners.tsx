import { Alert, Stack } from '@mantine/core';
import type { PostState, QuestionView } from '@regulars/client';
import { getQuestionOptions } from '@regulars/client/react-query';
import { IconEyeOff, IconLock, IconMessageOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../RelativeTime';
import { QuestionLink } from './QuestionLink';

/** Why a question takes nothing new. */
export function StateBanners({ question }: { question: QuestionView }) {
  const { t } = useTranslation('forum');
  const { closed, locked_at, state } = question;
  if (!closed && !locked_at && state === 'published') return null;
  return (
    <Stack gap="xs" mb="md">
      {closed && (
        <Alert variant="default" icon={<IconMessageOff />} title={t(`banner.closed.${closed.reason}`)}>
          {t('banner.closed_detail')} <RelativeTime at={closed.since} c="dimmed" />
          {closed.duplicate_of && <Original id={closed.duplicate_of} />}
        </Alert>
      )}
      {locked_at && (
        <Alert variant="default" icon={<IconLock />} title={t('banner.locked')}>
          {t('banner.locked_detail')} <RelativeTime at={locked_at} c="dimmed" />
        </Alert>
      )}
      <HiddenBanner state={state} />
    </Stack>
  );
}

/** Tells the author, or a moderator, that nobody else sees a post. */
export function HiddenBanner({ state }: { state: PostState }) {
  const { t } = useTranslation('forum');
  if (state === 'published') return null;
  return (
    <Alert variant="default" mb="sm" icon={<IconEyeOff />} title={t(`banner.${state}`)}>
      {t('banner.hidden_detail')}
    </Alert>
  );
}

function Original({ id }: { id: string }) {
  const { t } = useTranslation('forum');
  const { data } = useQuery({ ...getQuestionOptions({ path: { question_id: id } }), retry: false });
  return (
    <>
      {' '}
      {t('banner.answers_there')}{' '}
      <QuestionLink id={id} title={data?.title ?? t('banner.original')} slug={data?.slug} inherit underline="always" />
    </>
  );
}
