//! What must always hold of stocks and codes.

use diesel::{
    QueryableByName,
    sql_types::{Array, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::json;

use crate::{
    domain::RewardId,
    identity::audit::{self, AuditEntry},
    kit::{
        Kit, Problem,
        db::take_time,
        verify::{Check, Repair},
    },
};

/// What must always hold of stocks and codes.
pub const CHECKS: &[Check] = &[
    Check {
        name: "What is missing from a stock is what redemptions took.",
        sql: "select r.name || ': ' || (s.supplied - s.available) || ' missing, ' || t.taken || ' taken' as violation
              from reward_stock s join reward r on r.id = s.reward_id
              left join (select reward_id, count(*) as taken from coupon_code where redemption_id is not null group by 1) c on c.reward_id = r.id
              left join (select reward_id, count(*) as taken from redemption where stocked and state not in ('cancelled', 'expired') group by 1) d
                on d.reward_id = r.id
              cross join lateral (select coalesce(case when r.kind = 'code_pool' then c.taken else d.taken end, 0) as taken) t
              where s.supplied - s.available <> t.taken",
    },
    Check {
        name: "The stock of a code pool is its codes.",
        sql: "select r.name as violation from reward r left join reward_stock s on s.reward_id = r.id
              left join (select reward_id, count(*) as codes from coupon_code group by 1) c on c.reward_id = r.id
              where r.kind = 'code_pool' and s.supplied is distinct from coalesce(c.codes, 0)",
    },
    Check {
        name: "A code of a pool belongs to one redemption, which names it.",
        sql: "select c.code as violation from coupon_code c join redemption d on d.id = c.redemption_id
              where d.code is distinct from c.code or d.reward_id <> c.reward_id or d.state = 'expired'
              union all
              select d.id::text from redemption d join reward r on r.id = d.reward_id and r.kind = 'code_pool'
              where d.state not in ('cancelled', 'expired')
                and not exists (select from coupon_code c where c.redemption_id = d.id)",
    },
    Check {
        name: "A code is in one pool, once.",
        sql: "select c.code || ' in ' || r.name as violation
              from (select *, row_number() over (partition by key order by redemption_id is null, is_duplicate, reward_id, code) as nth
                    from coupon_code) c
              join reward r on r.id = c.reward_id
              where c.redemption_id is null and (c.nth > 1 or c.is_duplicate)",
    },
    Check {
        // Over once all of them are used up, or all but one taken back.
        name: "A code is issued to one member.",
        sql: "select min(d.code) || ': ' || string_agg(d.id::text, ', ' order by d.id) as violation
              from coupon_code c join redemption d on d.id = c.redemption_id
              where d.state in ('issued', 'fulfilled')
              group by c.key having count(*) > 1 and bool_or(d.state = 'issued')",
    },
];

/// Withdraws codes that another pool has and nobody has been given.
pub const REPAIRS: &[Repair] = &[Repair { of: &["A code is in one pool, once."], run: |kit| Box::pin(withdraw_duplicates(kit)) }];

#[derive(QueryableByName)]
struct Withdrawn {
    #[diesel(sql_type = SqlUuid)]
    reward_id: RewardId,
    #[diesel(sql_type = Array<Text>)]
    codes: Vec<String>,
}

/// Takes codes that another pool has, and that nobody has been given, out of their pools and stocks.
async fn withdraw_duplicates(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    take_time(&mut tx).await?;
    let withdrawn: Vec<Withdrawn> = diesel::sql_query(
        "with gone as (
           delete from coupon_code where is_duplicate and redemption_id is null returning reward_id, code
         ), pool as (select reward_id, array_agg(code order by code) as codes from gone group by 1)
         update reward_stock s set supplied = supplied - cardinality(p.codes), available = available - cardinality(p.codes)
         from pool p where p.reward_id = s.reward_id returning p.reward_id, p.codes",
    )
    .load(&mut *tx)
    .await?;
    let now = kit.clock.now();
    let entry = |Withdrawn { reward_id, codes }: &Withdrawn| {
        AuditEntry::new(None, "withdraw_codes", ("reward", reward_id.0), "regulars admin reconcile", json!({ "codes": codes }), now)
    };
    audit::record_all(&mut tx, &withdrawn.iter().map(entry).collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(withdrawn.iter().map(|pool| pool.codes.len() as u64).sum())
}
