-- What reputation and points are decided by stands with votes and acceptances, so that whoever hears of them late decides
-- as whoever hears at once.

-- The voter's trust when they voted: newcomers' votes earn nothing. Of earlier votes, what came of them tells it, or the
-- news of them that still waits; imported voters are unknown.
alter table vote add column voter_trust smallint not null default 0;
update vote v set voter_trust = 1 from award a where a.source_id = v.id and a.trigger = 'answer_upvoted';
update vote v set voter_trust = (e.payload ->> 'voter_trust')::smallint
from (select kind, payload from outbox_event union all select kind, payload from parked_event) e
where e.kind = 'vote_cast' and e.payload ->> 'voter_trust' is not null and v.id = (e.payload ->> 'vote_id')::uuid;

-- False for acceptances that were imported without points.
alter table post add column accepted_earns_points boolean not null default true;
update post q set accepted_earns_points = false
where q.import_source is not null and q.accepted_answer_id is not null
  and not exists (select from award a where a.source_id = q.accepted_answer_id and a.trigger = 'answer_accepted')
  and not exists (
    select from (select kind, payload from outbox_event union all select kind, payload from parked_event) e
    where e.kind = 'answer_accepted' and (e.payload ->> 'earns_points')::boolean
      and (e.payload #>> '{answer,id}')::uuid = q.accepted_answer_id);

-- The points wait for the trust of whoever accepted the answer.
alter table award add column awaits_trust boolean not null default false;
create index award_awaiting_trust on award (transaction_id) where awaits_trust;

-- An up vote on a day that was full already is entered with nothing, so that it is known to have been counted.
alter table reputation_entry drop constraint reputation_entry_amount_check;
alter table reputation_entry add constraint reputation_entry_amount_check
  check (amount <> 0 or kind in ('question_up_vote', 'answer_up_vote'));
insert into reputation_entry (id, member_id, kind, amount, post_id, source, occurred_at)
select gen_random_uuid(), p.author_id, p.kind || '_up_vote', 0, p.id, v.id::text, v.cast_at
from vote v
join post p on p.id = v.post_id
join (
  select member_id, (occurred_at at time zone 'UTC')::date as day from reputation_entry
  where kind in ('question_up_vote', 'answer_up_vote') group by 1, 2 having sum(amount) >= 200
) full_day on full_day.member_id = p.author_id and full_day.day = (v.cast_at at time zone 'UTC')::date
where v.value = 1
  and not exists (
    select from reputation_entry e where e.source = v.id::text and e.kind in ('question_up_vote', 'answer_up_vote'))
  and not exists (
    select from (select kind, payload from outbox_event union all select kind, payload from parked_event) e
    where e.kind = 'vote_cast' and (e.payload ->> 'vote_id')::uuid = v.id);
