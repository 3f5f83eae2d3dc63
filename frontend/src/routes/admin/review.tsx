import { Button, Group, NativeSelect, SegmentedControl, Stack, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type Decision, listReviewItems, type ReviewItem } from '@regulars/client';
import { getReviewItemOptions } from '@regulars/client/react-query';
import { IconCircleCheck, IconKeyboard } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { createFileRoute, useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { awaitOnEnter } from '~/components/admin/awaitOnEnter';
import { CsvButton } from '~/components/admin/CsvButton';
import { GroupSelect } from '~/components/admin/groups/GroupSelect';
import { BulkDecision } from '~/components/admin/review/BulkDecision';
import { mayDecide } from '~/components/admin/review/decisions';
import { KeyHelp } from '~/components/admin/review/KeyHelp';
import { useKeysEnabled, useReviewKeys } from '~/components/admin/review/keys';
import { postAddress } from '~/components/admin/review/PostInContext';
import { type QueueFilter, queueOptions } from '~/components/admin/review/queue';
import { ReviewDetail } from '~/components/admin/review/ReviewDetail';
import { ReviewList } from '~/components/admin/review/ReviewList';
import classes from '~/components/admin/review/review.module.css';
import { useReviewActions } from '~/components/admin/review/useReviewActions';
import { SelectionBar } from '~/components/admin/SelectionBar';
import { Empty, Loading, Problem } from '~/components/LoadState';
import { PageHeader } from '~/components/PageHeader';
import { loadNamespaces } from '~/i18n';
import { oneOf, text } from '~/searchParams';

const STATES = ['open', 'claimed', 'decided'] as const;
const KINDS = ['question', 'answer'] as const;

interface Search extends QueueFilter {
  item?: string;
}

export const Route = createFileRoute('/admin/review')({
  validateSearch: (search): Search => ({
    state: oneOf(STATES, search.state),
    kind: oneOf(KINDS, search.kind),
    group: text(search.group),
    item: text(search.item),
  }),
  loaderDeps: ({ search: { state, kind, group } }) => ({ state, kind, group }),
  loader: ({ context: { queries }, deps, cause }) =>
    awaitOnEnter(cause, Promise.all([loadNamespaces('admin_community'), queries.ensureInfiniteQueryData(queueOptions(deps))])),
  component: ReviewPage,
});

function ReviewPage() {
  const { t } = useTranslation(['admin_community', 'admin']);
  const { state, kind, group, item: wanted } = Route.useSearch();
  const { me } = Route.useRouteContext();
  const navigate = Route.useNavigate();
  const router = useRouter();
  const filter = { state, kind, group };
  const list = useInfiniteQuery(queueOptions(filter));
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const listed = items.find(({ id }) => id === wanted) ?? (wanted ? undefined : items[0]);
  const id = wanted ?? listed?.id;
  const fresh = useQuery({ ...getReviewItemOptions({ path: { id: id ?? '' } }), enabled: id !== undefined, placeholderData: listed });
  const item = fresh.data ?? listed;
  const at = items.findIndex((other) => other.id === id);

  const [chosen, choose] = useState<Decision>();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [bulk, setBulk] = useState<ReviewItem[]>();
  const [helped, help] = useDisclosure(false);
  const [keysOn] = useKeysEnabled();
  const show = (next?: string) => navigate({ search: (now) => ({ ...now, item: next }), replace: true, resetScroll: false });
  const neighbour = (done: string) => {
    const place = items.findIndex((other) => other.id === done);
    return (items[place + 1] ?? items[place - 1])?.id;
  };
  const review = useReviewActions(
    filter,
    (done) => show(neighbour(done.id)),
    (back) => show(back.id),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another item, another decision
  useEffect(() => choose(undefined), [id]);

  const mark = useCallback(
    (one: string) =>
      setMarked((all) => {
        const next = new Set(all);
        if (!next.delete(one)) next.add(one);
        return next;
      }),
    [],
  );
  const step = async (by: 1 | -1) => {
    const next = items[at + by] ?? (by === 1 && list.hasNextPage ? (await list.fetchNextPage()).data?.pages.at(-1)?.items[0] : undefined);
    if (!next) return;
    await show(next.id);
    review.announce(next.post.title);
  };
  const chooseIfPossible = (decision: Decision) => item && mayDecide(decision, item, me) && choose(decision);
  useReviewKeys(
    {
      next: () => step(1),
      previous: () => step(-1),
      open: () => item && window.open(router.buildLocation(postAddress(item)).href, '_blank', 'noopener'),
      claim: () => item && item.state !== 'decided' && review.toggleClaim(item, item.claimed_by === me.handle),
      dismiss: () => chooseIfPossible('dismiss'),
      hide: () => chooseIfPossible('hide'),
      select: () => item && item.state !== 'decided' && mark(item.id),
      undo: () => review.undoLast(),
      help: help.open,
    },
    keysOn,
  );

  const filterBy = (change: Partial<QueueFilter>) => {
    setMarked(new Set());
    navigate({ search: (now) => ({ ...now, ...change, item: undefined }), replace: true });
  };
  return (
    <>
      <PageHeader title={t('admin:nav.review')} description={t('review.description')}>
        <CsvButton ask={(csv) => listReviewItems({ ...csv, query: filter })} />
        <Button visibleFrom="sm" variant="default" size="sm" leftSection={<IconKeyboard size={18} aria-hidden />} onClick={help.open}>
          {t('review.keys')}
        </Button>
      </PageHeader>
      <VisuallyHidden role="status" aria-live="polite">
        {review.announcement}
      </VisuallyHidden>
      <Stack gap="sm">
        <Group gap="sm" align="flex-end" className={classes.filters} data-item={wanted}>
          <SegmentedControl
            visibleFrom="sm"
            aria-label={t('admin:filter.state')}
            value={state ?? 'undecided'}
            onChange={(value) => filterBy({ state: oneOf(STATES, value) })}
            data={(['undecided', ...STATES] as const).map((value) => ({ value, label: t(`review.state.${value}`) }))}
          />
          <NativeSelect
            hiddenFrom="sm"
            label={t('admin:filter.state')}
            value={state ?? ''}
            onChange={({ currentTarget: { value } }) => filterBy({ state: oneOf(STATES, value) })}
            data={[
              { value: '', label: t('review.state.undecided') },
              ...STATES.map((value) => ({ value, label: t(`review.state.${value}`) })),
            ]}
          />
          <NativeSelect
            label={t('admin:filter.kind')}
            value={kind ?? ''}
            onChange={({ currentTarget: { value } }) => filterBy({ kind: oneOf(KINDS, value) })}
            data={[{ value: '', label: t('admin:filter.all') }, ...KINDS.map((value) => ({ value, label: t(`review.kinds.${value}`) }))]}
          />
          <GroupSelect value={group} onChange={(slug) => filterBy({ group: slug })} />
        </Group>
        <SelectionBar
          count={marked.size}
          onClear={() => setMarked(new Set())}
          bar={
            <Button size="xs" onClick={() => setBulk(items.filter((one) => marked.has(one.id)))}>
              {t('review.bulk')}
            </Button>
          }
        />
        {list.isPending ? (
          <Loading />
        ) : list.isError && !list.data ? (
          <Problem error={list.error} retry={list.refetch} />
        ) : items.length === 0 && !item ? (
          <Empty icon={IconCircleCheck} title={t(state ? 'admin:table.nothing' : 'review.empty')}>
            {t(state ? 'admin:table.nothing_detail' : 'review.empty_detail')}
          </Empty>
        ) : (
          <div className={classes.columns} data-item={wanted}>
            <div className={classes.side}>
              <ReviewList
                items={items}
                current={id}
                marked={marked}
                onMark={mark}
                more={list.hasNextPage ? { load: () => list.fetchNextPage(), loading: list.isFetchingNextPage } : undefined}
              />
            </div>
            {item ? (
              <ReviewDetail
                item={item}
                me={me}
                chosen={chosen}
                conflict={review.conflictOf(item)}
                busy={review.busy}
                onChoose={choose}
                onDecide={(decision, details, form) => review.decide(item, decision, details, form)}
                onClaim={() => review.toggleClaim(item, item.claimed_by === me.handle)}
                onUndo={() => review.undo(item)}
              />
            ) : fresh.isError ? (
              <Problem error={fresh.error} retry={fresh.refetch} />
            ) : (
              <Loading />
            )}
          </div>
        )}
      </Stack>
      <KeyHelp opened={helped} onClose={help.close} />
      {bulk && (
        <BulkDecision
          items={bulk}
          me={me}
          onClose={(changed) => {
            setBulk(undefined);
            if (!changed) return;
            setMarked(new Set());
            show(undefined);
            review.reload();
          }}
        />
      )}
    </>
  );
}
