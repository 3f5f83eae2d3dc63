import { Button } from '@mantine/core';
import type { QuestionView, TagView } from '@regulars/client';
import { followQuestion, followTag, unfollowQuestion, unfollowTag } from '@regulars/client';
import { getTagQueryKey, listFollowedTagsInfiniteQueryKey, listQuestionsInfiniteQueryKey } from '@regulars/client/react-query';
import { IconBell, IconBellCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { showProblem } from '~/forms';
import { useWrite } from '~/useWrite';
import { changeQuestion } from './questionCache';
import { useMembersOnly } from './useMembersOnly';

interface Follow {
  following: boolean;
  /** Shows at once what was chosen; it is taken back when the server refuses. */
  show: (following: boolean) => void;
  send: (following: boolean) => Promise<unknown>;
}

function FollowButton({ following, show, send }: Follow) {
  const { t } = useTranslation('forum');
  const membersOnly = useMembersOnly();
  const queries = useQueryClient();
  const follow = useWrite({
    mutationFn: send,
    onMutate: show,
    onSuccess: () => {
      queries.removeQueries({ queryKey: listQuestionsInfiniteQueryKey({ query: { followed: true } }), type: 'inactive' });
      queries.invalidateQueries({ queryKey: listFollowedTagsInfiniteQueryKey() });
    },
    onError: (error, wanted) => {
      show(!wanted);
      showProblem(error);
    },
  });
  return (
    <Button
      variant={following ? 'light' : 'default'}
      leftSection={following ? <IconBellCheck size={16} /> : <IconBell size={16} />}
      aria-pressed={following}
      onClick={() => membersOnly(() => follow.mutate(!following))}
    >
      {t(following ? 'follow.on' : 'follow.off')}
    </Button>
  );
}

/** Tells the member of new answers. */
export function FollowQuestion({ question: { id, following = false } }: { question: QuestionView }) {
  const queries = useQueryClient();
  const options = { path: { question_id: id }, throwOnError: true } as const;
  return (
    <FollowButton
      following={following}
      show={(wanted) => changeQuestion(queries, id, (question) => ({ ...question, following: wanted }))}
      send={(wanted) => (wanted ? followQuestion(options) : unfollowQuestion(options))}
    />
  );
}

/** Puts the questions of a tag among those that the member follows. */
export function FollowTag({ tag: { name, following = false } }: { tag: TagView }) {
  const queries = useQueryClient();
  const options = { path: { name }, throwOnError: true } as const;
  return (
    <FollowButton
      following={following}
      show={(wanted) => queries.setQueryData<TagView>(getTagQueryKey({ path: { name } }), (tag) => tag && { ...tag, following: wanted })}
      send={(wanted) => (wanted ? followTag(options) : unfollowTag(options))}
    />
  );
}
