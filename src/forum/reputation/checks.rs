//! What must always hold of reputation.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{listener, store};
use crate::{
    domain::PostId,
    kit::{
        Kit, Problem,
        db::{allow_whole_tables, take_time},
        outbox,
        verify::{self, CHECK_TIMEOUT, Check, Repair},
    },
    spam_posts,
};

const SUMS: &str = "A member's reputation is the sum of its entries.";
const STANDINGS: &str = "Reputation is what votes, acceptances and reviews stand for.";
const POSTS_A_BATCH: usize = 100;

/// Posts whose votes, acceptance or visibility the book says otherwise, although nothing that waits tells of them.
/// Columns post_id, violation.
macro_rules! unsettled {
    () => {
        concat!(
            "with waiting as (select aggregate from outbox_event union select aggregate from parked_event),
             seen as (
               select p.id, p.kind, p.author_id, p.question_id, p.state = 'published' as published from post p
               left join waiting w on w.aggregate = 'thread:' || p.question_id where w.aggregate is null
             ),
             entered as (
               select e.post_id, e.source, sum(e.amount) as amount,
                      min(e.amount) filter (where e.kind in ('question_up_vote', 'answer_up_vote')) as up,
                      count(*) filter (where e.kind = 'down_vote') as downs,
                      count(*) filter (where e.kind = 'down_vote_cast') as casts
               from reputation_entry e
               where e.kind in ('question_up_vote', 'answer_up_vote', 'down_vote', 'down_vote_cast', 'vote_taken_back')
               group by 1, 2
             ),
             one as (
               select member_id, member_id as part_id from reputation
               union select into_id, from_id from merge union select from_id, into_id from merge
             ),
             full_day as (
               -- Of all who ever were one member.
               select one.member_id, (e.occurred_at at time zone 'UTC')::date as day
               from one join reputation_entry e on e.member_id = one.part_id
               where e.kind in ('question_up_vote', 'answer_up_vote') group by 1, 2 having sum(e.amount) >= 200
             ),
             held as (
               select post_id, member_id,
                      coalesce(sum(amount) filter (where kind in ('answer_accepted', 'accepted_an_answer', 'acceptance_taken_back')), 0) as acceptance,
                      coalesce(sum(amount) filter (where kind in ('spam_upheld', 'spam_cleared')), 0) as spam,
                      coalesce(sum(amount) filter (where kind not in ('spam_upheld', 'spam_cleared')), 0) as seen
               from reputation_entry where post_id is not null group by 1, 2
             ),
             due as (
               select a.id as post_id, who.member_id, who.amount as acceptance
               from post a join post q on q.id = a.question_id and q.accepted_answer_id = a.id and q.author_id <> a.author_id
               cross join lateral (values (a.author_id, 15), (q.author_id, 2)) who (member_id, amount)
             ),
             spam as (",
            spam_posts!(),
            ")
             select p.id as post_id, 'vote ' || coalesce(v.id::text, e.source) || ' brought ' || coalesce(e.amount, 0) as violation
             from vote v full join entered e on e.source = v.id::text
             join seen p on p.id = coalesce(v.post_id, e.post_id)
             left join full_day d on d.member_id = p.author_id and d.day = (v.cast_at at time zone 'UTC')::date
             where case
               when v.id is null then e.amount <> 0
               when v.value = 1 then e.up is null or e.amount <> e.up
                                     or e.up <> case p.kind when 'answer' then 10 else 5 end and (d.day is null or e.up > 10)
               else e.downs is distinct from 1
                    or e.casts <> case when p.kind = 'answer' and v.member_id is not null then 1 else 0 end
             end
             union all
             select p.id, 'acceptance of ' || p.id || ' brought ' || coalesce(h.acceptance, 0) || ' to ' || coalesce(h.member_id, d.member_id)
             from held h full join due d on d.post_id = h.post_id and d.member_id = h.member_id
             join seen p on p.id = coalesce(h.post_id, d.post_id)
             where coalesce(h.acceptance, 0) <> coalesce(d.acceptance, 0)
             union all
             select p.id, h.seen || ' of post ' || p.id || ', which is not seen, for ' || h.member_id
             from held h join seen p on p.id = h.post_id where not p.published and h.seen <> 0
             union all
             select p.id, 'spam of post ' || p.id || ' cost ' || coalesce(h.spam, 0)
             from held h full join spam s on s.post_id = h.post_id
             join seen p on p.id = coalesce(h.post_id, s.post_id)
             where (h.member_id is null or h.member_id = p.author_id)
               and coalesce(h.spam, 0) <> case when s.post_id is null then 0 else -100 end
             union all
             select p.id, 'withdrawal of post ' || p.id || ', which is seen, took ' || -h.amount || ' of ' || h.member_id
             from (select post_id, member_id, sum(amount) as amount from reputation_entry where kind in ('post_withdrawn', 'post_returned')
                   group by 1, 2 having sum(amount) <> 0) h
             join seen p on p.id = h.post_id where p.published"
        )
    };
}

/// Posts whose part of the book has to be settled anew.
const UNSETTLED: &str = concat!("select distinct post_id as id from (", unsettled!(), ") u order by id");

/// What must always hold of reputation.
pub static CHECKS: &[Check] = &[
    Check {
        name: SUMS,
        sql: "select coalesce(r.member_id, e.member_id)::text as violation from reputation r
              full join (select member_id, sum(amount) as total from reputation_entry group by member_id) e on e.member_id = r.member_id
              where coalesce(r.total, 0) <> coalesce(e.total, 0)",
    },
    Check { name: STANDINGS, sql: concat!("select violation from (", unsettled!(), ") u") },
];

/// Settles posts anew, then adds up the totals.
pub static REPAIRS: &[Repair] =
    &[Repair { of: &[STANDINGS], run: |kit| Box::pin(settle(kit)) }, Repair { of: &[SUMS], run: |kit| Box::pin(add_up(kit)) }];

/// Settles posts anew, as whoever hears of them does.
async fn settle(kit: Kit) -> Result<u64, Problem> {
    let posts = verify::find_broken(&mut *kit.db.begin().await?, UNSETTLED).await?.into_iter().map(PostId).collect::<Vec<_>>();
    for some in posts.chunks(POSTS_A_BATCH) {
        let mut tx = kit.db.begin().await?;
        take_time(&mut tx).await?;
        outbox::hold(&mut tx).await?;
        let now = kit.clock.now();
        let changed: BTreeMap<_, _> = some.iter().map(|post| (*post, (Uuid::now_v7().to_string(), now))).collect();
        listener::settle(&mut tx, &changed).await?;
        tx.commit().await?;
        kit.outbox.wake();
    }
    Ok(posts.len() as u64)
}

async fn add_up(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    allow_whole_tables(&mut tx, CHECK_TIMEOUT).await?;
    outbox::hold(&mut tx).await?;
    let wrong = store::add_up(&mut tx).await?;
    tx.commit().await?;
    Ok(wrong as u64)
}
