//! What the books say of every score, in SQL.

/// Every gain that the boards have heard of: what stands in the books, less what waits in the outbox or is parked.
/// Columns metric, member_id (of who was merged, the other), itself (who it was), group_id, amount, at, and of how many
/// movements. Macros, because a constant cannot be made of constants otherwise.
macro_rules! books {
    () => {
        "select 'points' as metric, coalesce(w.merged_into, t.member_id) as member_id, t.member_id as itself, p.group_id,
                -e.amount as amount, t.counted_at as at, 1 as movements
         from ledger_transaction t
         join wallet w on w.member_id = t.member_id
         join ledger_entry e on e.transaction_id = t.id and e.account in ('issuance', 'clawback')
         left join award a on a.id = case when t.source_type = 'award' then t.source_id::uuid end
         left join post p on p.id = a.post_id
         where t.counted_at is not null
         union all
         select 'reputation', coalesce(m.merged_into, e.member_id), e.member_id, p.group_id, e.amount, e.occurred_at, 1
         from reputation_entry e join member m on m.id = e.member_id left join post p on p.id = e.post_id
         union all
         select 'accepted_answers', coalesce(m.merged_into, a.author_id), a.author_id, a.group_id, 1, q.accepted_at, 1
         from post q join post a on a.id = q.accepted_answer_id join member m on m.id = a.author_id where a.author_id <> q.author_id
         union all
         select case kind when 'points_earned' then 'points' when 'reputation_changed' then 'reputation' else 'accepted_answers' end,
                coalesce(m.merged_into, m.id), m.id, (payload->>'group_id')::uuid,
                -coalesce((payload->>'points')::bigint, (payload->>'amount')::bigint), occurred_at,
                -- Of the books, only that of acceptances forgets what was taken back.
                case kind when 'accepted_answers_changed' then -(payload->>'amount')::int else -1 end
         from (select kind, payload, occurred_at from outbox_event union all select kind, payload, occurred_at from parked_event) waiting
         join member m on m.id = (payload->>'member_id')::uuid
         where kind in ('points_earned', 'reputation_changed', 'accepted_answers_changed')"
    };
}

/// What every score must be: a common table expression `due` of metric, period, starts_on, group_id, member_id, score and
/// reached_at. What `rules::tally` says, in SQL. It sums by members first: millions of rows are sorted by what tells most of
/// them apart, and each sum finds them in the order of the one before.
macro_rules! expected_entries {
    ($of:literal) => {
        concat!(
            "heard as (
               select member_id, metric, group_id, at, sum(amount) as amount from (",
            books!(),
            "  ) movement where ",
            $of,
            "  group by 1, 2, 3, 4 having sum(movements) <> 0 or sum(amount) <> 0
             ), day as (
               select member_id, metric, group_id, (at at time zone current_setting('regulars.time_zone'))::date as day,
                      sum(amount) as amount, max(at) as at
               from heard group by 1, 2, 3, 4
             ), due as (
               select d.member_id, d.metric, s.group_id, p.period, p.starts_on, sum(d.amount)::bigint as score, max(d.at) as reached_at
               from day d
               left join user_group g on g.id = d.group_id and g.deleted_at is null
               cross join lateral (
                 values ('all', date '0001-01-01'), ('year', date_trunc('year', d.day::timestamp)::date),
                        ('month', date_trunc('month', d.day::timestamp)::date), ('week', date_trunc('week', d.day::timestamp)::date),
                        ('day', d.day)
               ) p (period, starts_on)
               cross join lateral (select null::uuid as group_id union all select g.id where g.id is not null) s
               group by 1, 2, 3, 4, 5
             )"
        )
    };
}

/// For the members of `$1`, who must include those who were merged into them; for all where it is null.
pub const EXPECTED: &str = expected_entries!("($1::uuid[] is null or itself = any($1))");
