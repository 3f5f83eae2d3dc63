-- Events of one aggregate are delivered in the order of their ids, which are drawn under its lock. What xid did for all
-- events at once let an event pass an earlier one whose transaction had waited longer for its first write.

create function pg_temp.aggregate_of(kind text, payload jsonb) returns text language sql as $$
  select coalesce(
    case
      when kind in ('member_registered', 'member_erased', 'leaderboard_listing_changed') then 'member:' || (payload ->> 'member_id')
      when kind = 'reputation_changed' then 'reputation:' || (payload ->> 'member_id')
      when kind = 'accepted_answers_changed' then 'accepted-answers:' || (payload ->> 'member_id')
      when kind = 'tier_changed' then 'tier:' || (payload ->> 'member_id')
      when kind = 'redemption_changed' then 'redemption:' || (payload ->> 'redemption_id')
      when kind = 'referral_rewarded' then 'referral:' || (payload ->> 'referral_id')
      when kind in ('points_earned', 'points_activated', 'points_adjusted', 'purchase_recorded', 'purchase_returned')
        then 'wallet:' || (payload ->> 'member_id')
      when payload ->> 'comment_id' is not null then 'comment:' || (payload ->> 'comment_id')
      when payload ->> 'group_id' is not null then 'group:' || (payload ->> 'group_id')
      else 'thread:' || coalesce(payload #>> '{post,question_id}', payload #>> '{answer,question_id}')
    end, '')
$$;

-- The default is for servers of the version before that still run: their events form one aggregate.
alter table outbox_event add column aggregate text not null default '';
update outbox_event set aggregate = pg_temp.aggregate_of(kind, payload);
alter table outbox_event drop column xid;

alter table parked_event add column aggregate text not null default '';
update parked_event set aggregate = pg_temp.aggregate_of(kind, payload);
create index parked_event_of_aggregate on parked_event (aggregate);

drop function pg_temp.aggregate_of(text, jsonb);
