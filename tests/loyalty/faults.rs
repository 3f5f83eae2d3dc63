//! Each invariant of points is there for a fault: planted, it is found.

use chrono::Duration;
use regulars::loyalty::{ledger, purchase, redemption, referral, tier};
use serde_json::json;

use crate::support::{Person, Town};

/// An invariant, and what breaks it.
pub const FAULTS: &[(&str, &str)] = &[
    (
        "The entries of a ledger transaction sum to zero, and there are at least two.",
        "alter table ledger_entry disable trigger user; update ledger_entry set amount = amount + 1 where account = 'issuance'",
    ),
    (
        "The entries of a ledger transaction sum to zero, and there are at least two.",
        "alter table ledger_entry disable trigger user; delete from ledger_entry where account = 'issuance'",
    ),
    ("A balance is the sum of its entries.", "update wallet set available = available + 1"),
    (
        "A balance is the sum of its entries.",
        "delete from lot_allocation; delete from lot; update wallet set available = 0 where available > 0",
    ),
    ("A balance is the sum of its lots.", "update lot set remaining = remaining - 1 where remaining > 0"),
    ("A balance is the sum of its lots.", "update lot set activated_at = null where activated_at is not null"),
    ("A lot has what it was granted and its allocations left.", "update lot set granted = granted + 1"),
    (
        "A lot has what it was granted and its allocations left.",
        "update lot set reserved = 1, remaining = remaining - 1 where remaining > 0",
    ),
    (
        "A lot was granted by a transaction that brought its member as many points.",
        "update lot set granted = granted + 1, remaining = remaining + 1",
    ),
    ("What a transaction takes from lots is what it takes from balances.", "delete from lot_allocation"),
    (
        "An account of the past never went below its bound.",
        "update ledger_transaction set recorded_at = 'epoch' where kind in ('hold', 'redeem')",
    ),
    (
        "What a merge takes from one member it brings to the other.",
        "update ledger_transaction set kind = 'transfer', counted_at = null where kind = 'earn'",
    ),
    ("Who is gone owes nothing.", "update member set erased_at = now() where id in (select member_id from wallet where available > 0)"),
    ("Who owes points has none to spend.", "update wallet set arrears = -1 where available > 0"),
    (
        "A hold is settled by a transaction of the same member.",
        "update ledger_transaction t set member_id = (select member_id from wallet w where w.member_id <> t.member_id limit 1)
         where reverses_id is not null",
    ),
    (
        "A purchase's points are those of its lines, and those that its member was granted.",
        "update purchase set points_granted = points_granted + 1",
    ),
    (
        "A purchase's points are those of its lines, and those that its member was granted.",
        "update purchase_line set net_minor = net_minor + 1",
    ),
    (
        "What was returned of a line, and clawed back for it, is the sum of its returns.",
        "update purchase_line set returned_quantity = 0 where returned_quantity > 0",
    ),
    ("What a return clawed back is what the ledger took.", "update purchase_return set points_clawed = points_clawed + 1"),
    ("What counts towards a tier was earned, and no more than that.", "update qualifying_entry set points = points + 1000"),
    (
        "A held redemption, and no other, has an open hold of its points.",
        "update redemption set state = 'cancelled', held_until = null where state = 'held'",
    ),
    ("A held redemption, and no other, has an open hold of its points.", "update redemption set points = points + 1 where state = 'held'"),
    (
        "A redemption that was issued spent its points, and one that was cancelled or refunded has them back.",
        "update redemption set state = 'refunded' where state = 'issued'",
    ),
    ("What is missing from a stock is what redemptions took.", "update reward_stock set available = available - 1"),
    (
        "Points of a referral exist while it is rewarded, and are taken back when it is reversed.",
        "update referral set state = 'pending', resolved_at = null",
    ),
    ("What expired is breakage, until a return counts it as taken back.", "update lot_allocation set expired_delta = expired_delta + 1"),
    (
        "Nobody owes points that expired unused.",
        "alter table ledger_entry disable trigger user;
         insert into ledger_entry (transaction_id, line, account, member_id, amount)
           select id, 99, 'arrears', member_id, -1 from ledger_transaction where kind = 'clawback';
         update lot_allocation set expired_delta = 1",
    ),
    (
        "No debt is repaid before it arose.",
        "alter table ledger_entry disable trigger user;
         insert into ledger_entry (transaction_id, line, account, member_id, amount)
           select moves[n], 99, 'arrears', member_id, case n when 1 then -1 else 1 end
           from (select member_id, array_agg(id order by recorded_at, id) as moves from ledger_transaction group by 1 having count(*) > 1) m,
                unnest(array[1, 2]) n;
         update ledger_transaction set kind = 'repay', effective_at = 'epoch', counted_at = null
           where id in (select transaction_id from ledger_entry where line = 99 and amount = 1)",
    ),
    (
        "An order of a partner is recorded once.",
        "insert into purchase select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'order_id', p.order_id || ' '))).*
           from purchase p where returned_whole_at is null limit 1;
         insert into purchase_line select (jsonb_populate_record(l, jsonb_build_object('purchase_id', q.id))).*
           from purchase q join purchase p on p.order_id || ' ' = q.order_id join purchase_line l on l.purchase_id = p.id",
    ),
    ("A purchase was returned whole when nothing of it is left.", "update purchase set returned_whole_at = null where returned_whole_at is not null"),
    ("A referral says what its state wants.", "update referral set reason = 'A reason'"),
];

/// Ann brought Ben, who orders, returns and redeems; a shop holds some of his points and takes others.
async fn busy_town() -> Town {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    let code = ann.get("/me/referral").await.is(200).text("/code");
    let ben = town.referred_member("ben", &code).await;
    town.settle().await;
    town.records_order(&ben, 20_000).await;
    let returned = town.records_order(&ben, 1_000).await;
    town.records_return(&returned).await;
    town.passes(Duration::days(15)).await;
    town.work().await;
    let reward = rosa.offers("Ten", 10, json!({ "supplied": 9 })).await;
    ben.redeems(&reward, "own").await.is(201);
    let shop = town.partner("shop", "redemptions:write").await;
    town.sql(&format!(
        "insert into external_member (partner_id, external_id, member_id, linked_at) select id, 'c-1', '{}', now() from partner where name = 'shop'",
        ben.id()
    ))
    .await;
    let hold = |key: &'static str| {
        let (shop, reward): (&Person, &str) = (&shop, &reward);
        async move {
            shop.post_once("/redemptions", key, json!({ "reward_id": reward, "member_external_id": "c-1", "hold": true })).await.is(201)
        }
    };
    let taken = hold("taken").await.text("/id");
    shop.post_once(&format!("/redemptions/{taken}/issue"), "till", json!({})).await.is(200);
    hold("held").await;
    town.settle().await;
    town
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_fault_of_points_is_found() {
    let town = busy_town().await;
    assert_eq!(town.broken().await, Vec::<String>::new());
    town.finds(FAULTS, "alter table ledger_transaction disable trigger user; alter table lot_allocation disable trigger user").await;
}

#[test]
fn every_invariant_of_points_has_its_fault() {
    let checks =
        [ledger::checks::CHECKS, purchase::checks::CHECKS, tier::checks::CHECKS, redemption::checks::CHECKS, referral::checks::CHECKS];
    let without: Vec<&str> = checks
        .into_iter()
        .flatten()
        .map(|check| check.name)
        .filter(|name| !FAULTS.iter().any(|(invariant, _)| invariant == name))
        .collect();
    assert!(without.is_empty(), "{without:#?}");
}
