import type { VoteCount } from '@regulars/client';
import { voteOnAnswer, voteOnQuestion } from '@regulars/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { showProblem } from '~/forms';
import { changeCard, changePost, type Post, type PostRef } from './questionCache';

/** Useful, not useful, or no vote. */
export type Vote = -1 | 0 | 1;

/** How a post will stand when the vote is cast. */
function afterVote(post: Post, vote: Vote): VoteCount {
  const up_votes = post.up_votes + Number(vote === 1) - Number(post.my_vote === 1);
  const down_votes = post.down_votes + Number(vote === -1) - Number(post.my_vote === -1);
  return { up_votes, down_votes, score: up_votes - down_votes, my_vote: vote };
}

/** Votes on a post. It shows at once, and is taken back when the server refuses. */
export function useVote(ref: PostRef, post: Post) {
  const queries = useQueryClient();
  const show = (now: VoteCount) => {
    changePost(queries, ref, (known) => ({ ...known, ...now }));
    if (ref.kind === 'question') changeCard(queries, ref.id, (card) => ({ ...card, score: now.score }));
  };
  return useMutation({
    // One after the other, so that the last click wins.
    scope: { id: `vote-${ref.id}` },
    mutationFn: async (value: Vote) => {
      const body = { value };
      const { data } =
        ref.kind === 'question'
          ? await voteOnQuestion({ path: { question_id: ref.id }, body, throwOnError: true })
          : await voteOnAnswer({ path: { answer_id: ref.id }, body, throwOnError: true });
      return data;
    },
    onMutate: (value) => {
      const { up_votes, down_votes, score, my_vote } = post;
      show(afterVote(post, value));
      return { up_votes, down_votes, score, my_vote };
    },
    onSuccess: show,
    onError: (error, _value, before) => {
      if (before) show(before);
      showProblem(error);
    },
  });
}
