//! What can be put right in the points book. Entries and allocations never change, so balances and lots follow from them:
//! where the two books agree on what a member has, a balance or lot that says otherwise is wrong.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Jsonb, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{postings, rules::Source, store};
use crate::{
    domain::MemberId,
    identity::audit::{self, AuditEntry},
    kit::{
        Kit, Problem,
        db::{allow_whole_tables, take_time},
        verify::{CHECK_TIMEOUT, Repair},
    },
};

/// Settles balances and lots by the entries, forgives what nobody owes, and closes wallets of who is gone.
pub const REPAIRS: &[Repair] = &[
    Repair {
        of: &[
            "A balance is the sum of its entries.",
            "A balance is the sum of its lots.",
            "A lot has what it was granted and its allocations left.",
        ],
        run: |kit| Box::pin(settle_balances(kit)),
    },
    Repair { of: &["Nobody owes points that expired unused."], run: |kit| Box::pin(forgive_unowed(kit)) },
    Repair { of: &["Who is gone owes nothing."], run: |kit| Box::pin(close_wallets(kit)) },
];

/// Each in a transaction of its own.
async fn close_wallets(kit: Kit) -> Result<u64, Problem> {
    let (members, now) = (store::find_unclosed(&mut *kit.db.read().await?).await?, kit.clock.now());
    for member in &members {
        let mut tx = kit.db.begin().await?;
        let mut wallet = postings::open_wallet(&mut tx, *member, now).await?;
        let detail = json!({ "available": wallet.available, "pending": wallet.pending, "arrears": wallet.arrears });
        postings::erase(&mut tx, &mut wallet, Source::new("member", member).leg(Uuid::now_v7()), now).await?;
        let entry = AuditEntry::new(None, "reconcile_points", ("member", member.0), "regulars admin reconcile", detail, now);
        audit::record(&mut tx, entry).await?;
        tx.commit().await?;
    }
    Ok(members.len() as u64)
}

/// Each member in a transaction of its own.
async fn forgive_unowed(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    allow_whole_tables(&mut tx, CHECK_TIMEOUT).await?;
    let mut members: Vec<MemberId> = store::find_unowed(&mut tx, None).await?.into_iter().map(|unowed| unowed.member_id).collect();
    drop(tx);
    members.dedup();
    let (mut forgiven, now) = (0, kit.clock.now());
    for member in members {
        let mut tx = kit.db.begin().await?;
        take_time(&mut tx).await?;
        let mut wallet = postings::open_wallet(&mut tx, member, now).await?;
        for unowed in store::find_unowed(&mut tx, Some(member)).await? {
            let expired = store::find_expired_for(&mut tx, unowed.id).await?;
            if expired.is_empty() {
                continue;
            }
            let id = postings::forgive(&mut tx, &mut wallet, unowed.id, &expired, unowed.points, now).await?;
            let detail = json!({ "points": unowed.points, "transaction_id": id });
            let entry = AuditEntry::new(None, "reconcile_points", ("member", member.0), "regulars admin reconcile", detail, now);
            audit::record(&mut tx, entry).await?;
            forgiven += 1;
        }
        tx.commit().await?;
    }
    Ok(forgiven)
}

/// `due`: what each lot must have by its allocations. `sure`: what each member must have by the entries, where the lots
/// say the same.
macro_rules! books {
    () => {
        "with due as (
           select l.id, l.member_id, l.granted, l.activated_at, l.granted + coalesce(a.remaining, 0) as remaining,
                  coalesce(a.reserved, 0) as reserved, coalesce(a.expired, 0) as expired
           from lot l
           left join (select lot_id, sum(remaining_delta) as remaining, sum(reserved_delta) as reserved, sum(expired_delta) as expired
                      from lot_allocation group by 1) a
             on a.lot_id = l.id
         ), lots as (
           select member_id, coalesce(sum(remaining) filter (where activated_at is not null), 0) as available,
                  coalesce(sum(remaining) filter (where activated_at is null), 0) as pending, sum(reserved) as reserved,
                  bool_and(remaining >= 0 and reserved >= 0 and expired >= 0 and remaining + reserved <= granted) as possible
           from due group by 1
         ), entries as (
           -- A wallet without an entry has nothing.
           select w.member_id, coalesce(sum(e.amount) filter (where e.account = 'available'), 0) as available,
                  coalesce(sum(e.amount) filter (where e.account = 'pending'), 0) as pending,
                  coalesce(sum(e.amount) filter (where e.account = 'reserved'), 0) as reserved,
                  coalesce(sum(e.amount) filter (where e.account = 'arrears'), 0) as arrears
           from wallet w left join ledger_entry e on e.member_id = w.member_id group by 1
         ), sure as (
           select e.* from entries e left join lots l on l.member_id = e.member_id
           where e.available = coalesce(l.available, 0) and e.pending = coalesce(l.pending, 0) and e.reserved = coalesce(l.reserved, 0)
             and coalesce(l.possible, true) and e.arrears <= 0
         ), wrong_lot as (
           select d.* from due d join sure s on s.member_id = d.member_id join lot l on l.id = d.id
           where (l.remaining, l.reserved, l.expired) is distinct from (d.remaining, d.reserved, d.expired)
         ), wrong_wallet as (
           select s.*, jsonb_build_object('available', w.available, 'pending', w.pending, 'reserved', w.reserved, 'arrears', w.arrears) as was
           from sure s join wallet w on w.member_id = s.member_id
           where (w.available, w.pending, w.reserved, w.arrears) is distinct from (s.available, s.pending, s.reserved, s.arrears)
         )"
    };
}

#[derive(QueryableByName)]
struct Settled {
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
    /// The balances before, if they were wrong, and those after.
    #[diesel(sql_type = Jsonb)]
    was: Value,
    #[diesel(sql_type = Jsonb)]
    is: Value,
    #[diesel(sql_type = BigInt)]
    lots: i64,
}

async fn settle_balances(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    allow_whole_tables(&mut tx, CHECK_TIMEOUT).await?;
    store::queue_for_several(&mut tx).await?;
    diesel::sql_query(concat!(
        books!(),
        "select member_id from wallet where member_id in (select member_id from wrong_lot union select member_id from wrong_wallet)
         order by 1 for update"
    ))
    .execute(&mut *tx)
    .await?;
    let settled: Vec<Settled> = diesel::sql_query(concat!(
        books!(),
        ", lot_put_right as (
           update lot set remaining = w.remaining, reserved = w.reserved, expired = w.expired from wrong_lot w where lot.id = w.id
           returning lot.member_id
         ), wallet_put_right as (
           update wallet set available = w.available, pending = w.pending, reserved = w.reserved, arrears = w.arrears,
                             version = wallet.version + 1
           from wrong_wallet w where wallet.member_id = w.member_id
           returning wallet.member_id, w.was
         ), lots_put_right as (select member_id, count(*) as lots from lot_put_right group by 1)
         select s.member_id, coalesce(w.was, 'null') as was, coalesce(l.lots, 0) as lots,
                jsonb_build_object('available', s.available, 'pending', s.pending, 'reserved', s.reserved, 'arrears', s.arrears) as is
         from sure s
         left join wallet_put_right w on w.member_id = s.member_id
         left join lots_put_right l on l.member_id = s.member_id
         where w.member_id is not null or l.member_id is not null"
    ))
    .load(&mut *tx)
    .await?;
    let now = kit.clock.now();
    let entry = |Settled { member_id, was, is, lots }: &Settled| {
        let detail = json!({ "was": was, "is": is, "lots": lots });
        AuditEntry::new(None, "reconcile_points", ("member", member_id.0), "regulars admin reconcile", detail, now)
    };
    audit::record_all(&mut tx, &settled.iter().map(entry).collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(settled.iter().map(|one| one.lots as u64 + u64::from(!one.was.is_null())).sum())
}
