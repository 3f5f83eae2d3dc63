//! Past purchases become purchases, through the same decision as those that the API records.
//!
//! Rows of one member and order are the lines of one order. Orders are taken in the order of their dates, by the rules
//! that were valid then; those that are recorded already are left alone, so an interrupted import is simply begun again.
//! The file is read whole before anything is written: the rows of an order need not stand together.
//!
//! A row's amount is for all its pieces, and need not divide by them. The unit price is rounded up, and the line gets
//! the difference as a discount: quantity and amount stay exactly as they were.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs::File,
    path::Path,
};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, QueryResult};
use diesel_async::RunQueryDsl;

use super::{
    FileError, Meter, Report, Tally,
    purchase_csv::{self, PurchaseRow},
    quoted,
};
use crate::{
    events,
    identity::{member, partner},
    kit::{
        Conn, Kit, Problem,
        db::{CachedExt, take_time},
        problem::Fields,
        text::Text,
    },
    loyalty::{
        earning::{store as earning, terms::Trigger},
        ledger,
        purchase::{
            self, NewPurchase,
            order::{LineForm, OrderForm},
        },
        tier::{self, rules::Cause},
    },
    schema::{partner as partner_table, purchase as purchase_table},
    words::{Currency, PartnerId},
};

/// Who reports what is imported.
pub const PARTNER: &str = "import";
/// What was bought: files do not say.
const SKU: &str = "unspecified";
const BATCH_ORDERS: usize = 200;

/// The rows of one order.
struct Order {
    order_id: String,
    member: String,
    lines: Vec<PurchaseRow>,
}

/// Imports the purchases in `path`.
///
/// # Errors
/// A sentence when the file cannot be read to its end; nothing is written then.
pub async fn import(kit: &Kit, path: &Path) -> Result<Report> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut report = Report::default();
    let (rows, orders) = read(path, &name, kit.clock.now(), &mut report)?;
    let meter = Meter::start("orders", orders.len() as u64);
    let mut tally = Tally { kind: "orders", read: orders.len() as u64, imported: 0 };
    for batch in orders.chunks(BATCH_ORDERS) {
        let (from, to) = (&batch[0], &batch[batch.len() - 1]);
        let recorded = record(kit, &name, batch, &mut report).await;
        tally.imported += recorded.with_context(|| format!("the orders {} to {} were not imported", from.order_id, to.order_id))?;
        meter.advance(batch.len() as u64);
    }
    report.tallies = vec![Tally { kind: "rows", read: rows, imported: 0 }, tally];
    Ok(report)
}

/// How many rows there are, and the orders that they make, by date.
fn read(path: &Path, name: &str, now: DateTime<Utc>, report: &mut Report) -> Result<(u64, Vec<Order>)> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut orders: Vec<Order> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut count = 0;
    for row in purchase_csv::rows(name, file, now, |code| Currency::parse(code).is_some())? {
        count += 1;
        let row = match row {
            Ok(row) => row,
            Err(error) if error.ends_file => bail!("{error} Nothing was imported."),
            Err(error) => {
                report.skip(error);
                continue;
            }
        };
        let place = *places.entry(row.order_id.clone()).or_insert(orders.len());
        match orders.get_mut(place) {
            None => orders.push(Order { order_id: row.order_id.clone(), member: row.member_external_id.clone(), lines: vec![row] }),
            Some(order) => match difference(order, &row) {
                None => order.lines.push(row),
                Some(what) => {
                    let reason = format!("Line {} gives the order {} another {what}.", order.lines[0].line, quoted(&row.order_id));
                    report.skip(refused(name, row.line, reason));
                }
            },
        }
    }
    orders.sort_by_key(|order| order.lines[0].purchased_at);
    Ok((count, orders))
}

/// In what a row contradicts the order it belongs to.
fn difference(order: &Order, row: &PurchaseRow) -> Option<&'static str> {
    let first = &order.lines[0];
    match () {
        () if order.member != row.member_external_id => Some("member"),
        () if first.purchased_at != row.purchased_at => Some("date"),
        () if first.currency != row.currency => Some("currency"),
        () => None,
    }
}

fn refused(file: &str, line: u64, reason: String) -> FileError {
    FileError { file: file.into(), line, reason, ends_file: false }
}

/// Records orders in one transaction. Returns how many are new.
async fn record(kit: &Kit, file: &str, batch: &[Order], report: &mut Report) -> Result<u64> {
    let now = kit.clock.now();
    let mut tx = kit.db.begin().await?;
    take_time(&mut tx).await?;
    ledger::queue_for_several(&mut tx).await?;
    let partner_id = find_or_create_partner(&mut tx, now).await?;
    let known = find_known(&mut tx, partner_id, batch).await?;
    let fresh: Vec<&Order> = batch.iter().filter(|order| !known.contains(&order.order_id)).collect();
    let names: BTreeSet<&str> = fresh.iter().map(|order| order.member.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let members: HashMap<_, _> = member::find_or_create_externals(&mut tx, partner_id, &names, now).await?.into_iter().collect();
    let mut earners = BTreeSet::new();
    let mut events = Vec::new();
    let mut recorded = 0;
    for order in fresh {
        let Some(member_id) = members.get(&order.member).copied() else { bail!("{} is not a member", order.member) };
        let line = order.lines[0].line;
        let checked = match checked(order, now) {
            Ok(checked) => checked,
            Err(problem) => {
                report.skip(refused(file, line, in_words(&problem)));
                continue;
            }
        };
        let rules = earning::find_valid(&mut tx, Trigger::Purchase, checked.purchased_at).await?;
        let new = NewPurchase { partner_id, member_id, order_id: order.order_id.clone(), order: checked };
        match purchase::record(&mut tx, kit.time_zone, &rules, new, now).await {
            Ok(done) => {
                events.extend(done.events);
                if done.decision.qualifying > 0 {
                    earners.insert(member_id);
                }
            }
            Err(problem) if problem.status < 500 => {
                report.skip(refused(file, line, in_words(&problem)));
                continue;
            }
            Err(problem) => return Err(problem.into()),
        }
        recorded += 1;
    }
    events::tell_at(&mut tx, &events).await?;
    let earners: Vec<_> = earners.into_iter().collect();
    tier::requalify(&mut tx, &earners, Cause::Earned, now).await?;
    tx.commit().await?;
    kit.outbox.ring();
    Ok(recorded)
}

/// The order as the API would take it.
fn checked(order: &Order, now: DateTime<Utc>) -> Result<crate::loyalty::earning::rules::Order, Problem> {
    let line = |row: &PurchaseRow| {
        let (quantity, amount) = (i64::from(row.quantity), row.amount_minor);
        let unit_minor = amount / quantity + i64::from(amount % quantity != 0);
        let discount_minor = unit_minor.checked_mul(quantity).map(|price| price - amount);
        LineForm { sku: Text(SKU.to_owned()), category: None, quantity, unit_minor, discount_minor }
    };
    let first = &order.lines[0];
    let form = OrderForm {
        purchased_at: first.purchased_at,
        currency: Text(first.currency.clone()),
        channel: Some(Text(PARTNER.to_owned())),
        lines: order.lines.iter().map(line).collect(),
        order_discount_minor: None,
        shipping_minor: None,
        tax_minor: None,
        gift_card_minor: None,
        points_paid_minor: None,
    };
    let mut fields = Fields::default();
    let order = form.checked(&mut fields, "", Some(now));
    fields.done()?;
    order.ok_or_else(|| Problem::internal("an order without an error was not accepted"))
}

fn in_words(problem: &Problem) -> String {
    match problem.errors.as_slice() {
        [error, ..] => format!("The order is refused: {} {}", error.pointer.trim_start_matches('/'), error.detail),
        [] => format!("The order is refused: {problem}"),
    }
}

async fn find_or_create_partner(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<PartnerId> {
    match partner::store::insert(conn, PARTNER, now).await? {
        Some(id) => Ok(id),
        None => partner_table::table.filter(partner_table::name.eq(PARTNER)).select(partner_table::id).first(conn).await,
    }
}

async fn find_known(conn: &mut Conn, partner_id: PartnerId, batch: &[Order]) -> QueryResult<HashSet<String>> {
    let ids: Vec<&str> = batch.iter().map(|order| order.order_id.as_str()).collect();
    let known: Vec<String> = purchase_table::table
        .filter(purchase_table::partner_id.eq(partner_id))
        .filter(purchase_table::order_id.eq_any(ids))
        .select(purchase_table::order_id)
        .cached()
        .load(conn)
        .await?;
    Ok(known.into_iter().collect())
}
