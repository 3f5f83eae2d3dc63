import { Badge, Button, SegmentedControl, Stack, Text } from '@mantine/core';
import type { Me, SanctionView } from '@regulars/client';
import { listMemberAnswersOptions, listQuestionsOptions, listSanctionsOptions } from '@regulars/client/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { QuestionLink } from '~/components/forum/QuestionLink';
import { LinkText } from '~/components/links';
import { RelativeTime } from '~/components/RelativeTime';
import { number } from '~/format';
import { isAdministrator, isStaff } from '~/session';
import { DataTable } from '../DataTable';
import type { TabProps } from './LoyaltyTabs';
import type { MemberDetails } from './memberDetails';
import { LiftSanctionDialog } from './SanctionDialogs';

/** Which posts are shown. */
export type PostsOf = 'questions' | 'answers';

/** What a member asked or answered. */
export function PostsTab({ handle, cursor, of, onOf }: TabProps & { of: PostsOf; onOf: (of: PostsOf) => void }) {
  const { t } = useTranslation(['admin', 'admin_community']);
  return (
    <Stack gap="sm">
      <SegmentedControl
        w="fit-content"
        aria-label={t('filter.kind')}
        value={of}
        onChange={(value) => onOf(value)}
        data={(['questions', 'answers'] as const).map((value) => ({ value, label: t(`admin_community:overview.${value}`) }))}
      />
      {of === 'questions' ? <Questions handle={handle} cursor={cursor} /> : <Answers handle={handle} cursor={cursor} />}
    </Stack>
  );
}

function Questions({ handle, cursor }: TabProps) {
  const { t } = useTranslation(['admin_community', 'admin_loyalty']);
  const query = useQuery({
    ...listQuestionsOptions({ query: { sort: 'new', author: handle, cursor } }),
    placeholderData: keepPreviousData,
  });
  return (
    <DataTable
      label={t('overview.questions')}
      query={query}
      columns={[
        {
          accessor: 'title',
          title: t('review.kind.question'),
          width: 360,
          render: ({ id, title, slug }) => <QuestionLink id={id} title={title} slug={slug} size="sm" fw={500} />,
        },
        { accessor: 'score', title: t('posts.score'), textAlign: 'right', render: ({ score }) => number(score) },
        { accessor: 'answer_count', title: t('overview.answers'), textAlign: 'right', render: (it) => number(it.answer_count) },
        { accessor: 'solved', title: t('posts.solved'), render: ({ solved }) => t(solved ? 'overview.yes' : 'overview.no') },
        {
          accessor: 'created_at',
          title: t('admin_loyalty:statement.at'),
          noWrap: true,
          render: ({ created_at }) => <RelativeTime at={created_at} />,
        },
      ]}
    />
  );
}

function Answers({ handle, cursor }: TabProps) {
  const { t } = useTranslation(['admin_community', 'admin_loyalty']);
  const query = useQuery({ ...listMemberAnswersOptions({ path: { handle }, query: { cursor } }), placeholderData: keepPreviousData });
  return (
    <DataTable
      label={t('overview.answers')}
      query={query}
      columns={[
        {
          accessor: 'excerpt',
          title: t('review.kind.answer'),
          width: 420,
          render: ({ id, question_id, question_title, excerpt }) => (
            <>
              <QuestionLink id={question_id} title={question_title} answer={id} size="sm" fw={500} />
              <Text size="xs" c="dimmed" lineClamp={2}>
                {excerpt}
              </Text>
            </>
          ),
        },
        { accessor: 'score', title: t('posts.score'), textAlign: 'right', render: ({ score }) => number(score) },
        { accessor: 'accepted', title: t('posts.accepted'), render: ({ accepted }) => t(accepted ? 'overview.yes' : 'overview.no') },
        {
          accessor: 'created_at',
          title: t('admin_loyalty:statement.at'),
          noWrap: true,
          render: ({ created_at }) => <RelativeTime at={created_at} />,
        },
      ]}
    />
  );
}

/** A member's sanctions, and how they are lifted. */
export function SanctionsTab({ member: { profile }, me, cursor }: { member: MemberDetails; me: Me; cursor?: string }) {
  const { t } = useTranslation(['admin_community', 'admin']);
  const { handle } = profile;
  const [lifting, lift] = useState<SanctionView>();
  const query = useQuery({ ...listSanctionsOptions({ path: { handle }, query: { cursor } }), placeholderData: keepPreviousData });
  const mayLift = handle !== me.handle && (isAdministrator(me) || !isStaff(profile));
  return (
    <>
      <DataTable
        label={t('tab.sanctions')}
        query={query}
        columns={[
          {
            accessor: 'kind',
            title: t('sanction.kind'),
            render: ({ kind, in_force }) => (
              <Badge
                variant={in_force ? 'outline' : 'default'}
                color={in_force ? 'red' : undefined}
                c={in_force ? 'var(--bad)' : undefined}
              >
                {t(`sanction.kinds.${kind}`)}
              </Badge>
            ),
          },
          {
            accessor: 'reason',
            title: t('sanction.why'),
            width: 300,
            render: ({ reason, note }) => (
              <>
                <Text size="sm">{reason}</Text>
                {note && note !== reason && (
                  <Text size="xs" c="dimmed">
                    {t('review.author_note', { note })}
                  </Text>
                )}
              </>
            ),
          },
          { accessor: 'starts_at', title: t('sanction.since'), noWrap: true, render: ({ starts_at }) => <RelativeTime at={starts_at} /> },
          {
            accessor: 'ends_at',
            title: t('sanction.until'),
            noWrap: true,
            render: ({ kind, ends_at, lifted_at }) => {
              if (lifted_at) return t('sanction.lifted');
              if (ends_at) return <RelativeTime at={ends_at} />;
              return kind === 'warning' ? '–' : t('review.for_good');
            },
          },
          {
            accessor: 'imposed_by',
            title: t('sanction.by'),
            render: ({ imposed_by }) =>
              imposed_by ? (
                <LinkText to="/admin/members/$handle" params={{ handle: imposed_by }} size="sm">
                  {imposed_by}
                </LinkText>
              ) : (
                t('sanction.by_flags')
              ),
          },
          {
            accessor: 'in_force',
            title: t('admin:actions'),
            render: (sanction) =>
              sanction.in_force && mayLift ? (
                <Button size="xs" variant="default" onClick={() => lift(sanction)}>
                  {t('sanction.lift')}
                </Button>
              ) : (
                '–'
              ),
          },
        ]}
      />
      {lifting && <LiftSanctionDialog sanction={lifting} handle={handle} onClose={() => lift(undefined)} />}
    </>
  );
}
