//! Past purchases become purchases, through the same decision as those that the API records.
//!
//! Rows with one order id are the lines of one order, which is imported whole or, with one wrong line, refused whole: half
//! an order would be half its points, for ever. Orders are taken in the order of their dates, by the rules that were valid
//! then; those that are recorded already are left alone, so an interrupted import is simply begun again, and a corrected
//! file brings what was refused. The file is read whole before anything is written: the rows of an order need not stand
//! together. A row that does not say which order it belongs to may belong to any, so nothing is imported then.
//!
//! Orders belong to the partner that the operator names, as if it had reported them itself; without a name, to one that is
//! there for files, whatever it is called.
//!
//! A row's amount is for all its pieces, and need not divide by them. The unit price is rounded up, and the line gets
//! the difference as a discount: quantity and amount stay exactly as they were.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    path::Path,
};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, QueryResult};
use diesel_async::RunQueryDsl;

use super::{
    FileError, Meter, Report, Tally,
    purchase_csv::{self, BadRow, PurchaseRow},
    quoted,
};
use crate::{
    domain::{Currency, PartnerId, PurchaseId},
    events,
    identity::{member, partner},
    kit::{
        Conn, Kit, Problem,
        db::{CachedExt, take_time},
        problem::Fields,
        text::Text,
    },
    loyalty::{
        earning::{
            order_form::{LineForm, OrderForm},
            rules::NoPoints,
            store as earning,
            terms::Trigger,
        },
        ledger,
        purchase::{self, NewPurchase},
        tier::{self, rules::TierCause},
    },
    schema::{purchase as purchase_table, purchase_line as line_table},
};

/// The first name of the partner for files, and where its orders were bought.
const PARTNER: &str = "import";
/// What was bought: files do not say.
const SKU: &str = "unspecified";
const BATCH_ORDERS: usize = 200;

/// The rows of one order.
struct Order {
    order_id: String,
    member: String,
    lines: Vec<PurchaseRow>,
}

/// Imports the purchases in `path`, which are those of the partner called `partner`.
///
/// # Errors
/// A sentence when the file cannot be read to its end, or there is no such partner; nothing is written then.
pub async fn import(kit: &Kit, path: &Path, partner: Option<&str>) -> Result<Report> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut report = Report::default();
    let (rows, orders) = read(path, &name, kit.clock.now(), &mut report)?;
    let partner_id = find_partner(kit, partner).await?;
    let meter = Meter::start("orders", orders.len() as u64);
    let mut unruled: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut tally = Tally { kind: "orders", read: orders.len() as u64, imported: 0 };
    for batch in orders.chunks(BATCH_ORDERS) {
        let (from, to) = (&batch[0], &batch[batch.len() - 1]);
        let recorded = record(kit, partner_id, &name, batch, &mut report, &mut unruled).await;
        tally.imported += recorded.with_context(|| format!("the orders {} to {} were not imported", from.order_id, to.order_id))?;
        meter.advance(batch.len() as u64);
    }
    report.remarks = unruled
        .into_iter()
        .map(|(currency, orders)| format!("No earning rule was for {currency} at their date: {orders} orders earned nothing."))
        .collect();
    report.tallies = vec![Tally { kind: "rows", read: rows, imported: 0 }, tally];
    Ok(report)
}

/// How many rows there are, and the orders that they make, by date, without those that are refused.
fn read(path: &Path, name: &str, now: DateTime<Utc>, report: &mut Report) -> Result<(u64, Vec<Order>)> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut orders: Vec<Order> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut count = 0;
    // By order, the line that refuses it.
    let mut wrong: HashMap<String, u64> = HashMap::new();
    let mut without_order: Vec<FileError> = Vec::new();
    for row in purchase_csv::rows(name, file, now, |code| Currency::parse(code).is_some())? {
        count += 1;
        let row = match row {
            Ok(row) => row,
            Err(BadRow { error, .. }) if error.ends_file => bail!("{error} Nothing was imported."),
            Err(BadRow { error, orders: None }) => {
                without_order.push(error);
                continue;
            }
            Err(BadRow { error, orders: Some(orders) }) => {
                orders.into_iter().for_each(|order| _ = wrong.entry(order).or_insert(error.line));
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
                    wrong.entry(row.order_id.clone()).or_insert(row.line);
                    report.skip(refused(name, row.line, reason));
                }
            },
        }
    }
    if let [first, others @ ..] = without_order.as_slice() {
        let more = if others.is_empty() { String::new() } else { format!(" So it is with {} other lines.", others.len()) };
        bail!("{first} It may belong to any order of the file, so nothing was imported.{more}");
    }
    orders.retain(|order| match wrong.get(&order.order_id) {
        None => true,
        Some(line) => {
            skip_lines(report, name, order, *line);
            false
        }
    });
    orders.sort_by_key(|order| order.lines[0].purchased_at);
    Ok((count, orders))
}

/// Tells that an order is refused, at the line that is the reason.
fn skip_order(report: &mut Report, file: &str, order: &Order, line: u64, reason: String) {
    report.skip(refused(file, line, reason));
    skip_lines(report, file, order, line);
}

/// Tells of the lines that are refused with their order, for the sake of one line of it.
fn skip_lines(report: &mut Report, file: &str, order: &Order, wrong: u64) {
    for row in order.lines.iter().filter(|row| row.line != wrong) {
        let reason = format!("The order {} is refused as a whole, for line {wrong} is.", quoted(&order.order_id));
        report.skip(refused(file, row.line, reason));
    }
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
async fn record(
    kit: &Kit,
    partner_id: PartnerId,
    file: &str,
    batch: &[Order],
    report: &mut Report,
    unruled: &mut BTreeMap<&'static str, u64>,
) -> Result<u64> {
    let now = kit.clock.now();
    let mut tx = kit.db.begin().await?;
    take_time(&mut tx).await?;
    ledger::queue_for_several(&mut tx).await?;
    let known = find_known(&mut tx, partner_id, batch).await?;
    for order in batch.iter().filter(|order| known.get(&order.order_id).is_some_and(|lines| has_changed(order, lines))) {
        let reason = format!("The order {} was recorded before, with other lines; it stays as it is.", quoted(&order.order_id));
        skip_order(report, file, order, order.lines[0].line, reason);
    }
    let mut fresh = Vec::new();
    for order in batch.iter().filter(|order| !known.contains_key(&order.order_id)) {
        match checked(order, now) {
            Ok(checked) => fresh.push((order, checked)),
            Err(problem) => refuse(report, file, order, &problem),
        }
    }
    let names: BTreeSet<&str> = fresh.iter().map(|(order, _)| order.member.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let members: HashMap<_, _> = member::find_or_create_externals(&mut tx, partner_id, &names, now).await?.into_iter().collect();
    let mut earners = BTreeSet::new();
    let mut events = Vec::new();
    let mut recorded = 0;
    for (order, checked) in fresh {
        let Some(member_id) = members.get(&order.member).copied() else { bail!("{} is not a member", order.member) };
        let currency = checked.currency.code();
        let rules = earning::find_valid(&mut tx, Trigger::Purchase, checked.purchased_at).await?;
        let new = NewPurchase { partner_id, member_id, order_id: order.order_id.clone(), order: checked };
        match purchase::record(&mut tx, kit.time_zone, &rules, new, now).await {
            Ok(done) => {
                events.extend(done.events);
                if done.decision.qualifying > 0 {
                    earners.insert(done.purchase.member_id);
                }
                if done.decision.no_points_reason == Some(NoPoints::NoRuleForCurrency) {
                    *unruled.entry(currency).or_default() += 1;
                }
            }
            Err(problem) if problem.status < 500 => {
                refuse(report, file, order, &problem);
                continue;
            }
            Err(problem) => return Err(problem.into()),
        }
        recorded += 1;
    }
    events::publish_at(&mut tx, &events).await?;
    let earners: Vec<_> = earners.into_iter().collect();
    tier::requalify(&mut tx, &earners, TierCause::Earned, now).await?;
    tx.commit().await?;
    kit.outbox.wake();
    Ok(recorded)
}

/// The order as the API would take it.
fn checked(order: &Order, now: DateTime<Utc>) -> Result<crate::loyalty::earning::rules::Order, Problem> {
    let line = |row: &PurchaseRow| {
        let (quantity, amount) = (i64::from(row.quantity), row.amount_minor);
        let unit_minor = amount / quantity + i64::from(amount % quantity != 0);
        let discount_minor = unit_minor.checked_mul(quantity).map_or(0, |price| price - amount);
        LineForm { sku: Text(SKU.to_owned()), category: None, quantity, unit_minor, discount_minor }
    };
    let first = &order.lines[0];
    let form = OrderForm {
        purchased_at: first.purchased_at,
        currency: Text(first.currency.clone()),
        channel: Some(Text(PARTNER.to_owned())),
        lines: order.lines.iter().map(line).collect(),
        order_discount_minor: 0,
        shipping_minor: 0,
        tax_minor: 0,
        gift_card_minor: 0,
        points_paid_minor: 0,
    };
    let mut fields = Fields::default();
    let order = form.checked(&mut fields, "", Some(now));
    fields.done()?;
    order.ok_or_else(|| Problem::internal("an order without an error was not accepted"))
}

/// Tells what the API would have answered, at the line that it is about.
fn refuse(report: &mut Report, file: &str, order: &Order, problem: &Problem) {
    let (line, reason) = match problem.errors.as_slice() {
        [error, ..] => {
            let (at, field) = match error.pointer.strip_prefix("/lines/").and_then(|rest| rest.split_once('/')) {
                Some((number, field)) => (number.parse().unwrap_or(0), field),
                None => (0, error.pointer.trim_start_matches('/')),
            };
            (order.lines.get(at).unwrap_or(&order.lines[0]).line, format!("{field}: {}", error.detail))
        }
        [] => (order.lines[0].line, problem.to_string()),
    };
    skip_order(report, file, order, line, format!("The order {} is refused: {reason}", quoted(&order.order_id)));
}

async fn find_partner(kit: &Kit, name: Option<&str>) -> Result<PartnerId> {
    let mut conn = kit.db.read().await?;
    let Some(name) = name else { return Ok(partner::store::find_or_create_importer(&mut conn, PARTNER, kit.clock.now()).await?) };
    let found = partner::store::find_by_name(&mut conn, name.trim()).await?;
    found.with_context(|| format!("There is no partner {}: make it first, or look for its name in the list of partners.", quoted(name)))
}

/// A line of an order that is recorded already.
struct KnownLine {
    sku: String,
    quantity: i64,
    net_minor: i64,
}

/// The lines of those orders that the partner has recorded. One that was returned whole may be reported again: by rows of
/// another date, as rows of its date are what it was made of.
async fn find_known(conn: &mut Conn, partner_id: PartnerId, batch: &[Order]) -> QueryResult<HashMap<String, Vec<KnownLine>>> {
    let dates: HashMap<&str, DateTime<Utc>> = batch.iter().map(|order| (order.order_id.as_str(), order.lines[0].purchased_at)).collect();
    let ids: Vec<&str> = dates.keys().copied().collect();
    let of_batch = || {
        purchase_table::table
            .inner_join(line_table::table)
            .filter(purchase_table::partner_id.eq(partner_id))
            .filter(purchase_table::order_id.eq_any(&ids))
            .order(purchase_table::id.desc())
            .select((
                purchase_table::id,
                purchase_table::order_id,
                purchase_table::purchased_at,
                line_table::sku,
                line_table::quantity,
                line_table::net_minor,
            ))
    };
    type Line = (PurchaseId, String, DateTime<Utc>, String, i64, i64);
    let mut lines: Vec<Line> = of_batch().filter(purchase_table::returned_whole_at.is_not_null()).cached().load(conn).await?;
    lines.retain(|(_, order_id, purchased_at, ..)| dates.get(order_id.as_str()) == Some(purchased_at));
    lines.extend(of_batch().filter(purchase_table::returned_whole_at.is_null()).cached().load::<Line>(conn).await?);
    let mut known: HashMap<String, (PurchaseId, Vec<KnownLine>)> = HashMap::new();
    for (id, order_id, _, sku, quantity, net_minor) in lines {
        let (first, lines) = known.entry(order_id).or_insert_with(|| (id, Vec::new()));
        if *first == id {
            lines.push(KnownLine { sku, quantity, net_minor });
        }
    }
    Ok(known.into_iter().map(|(order_id, (_, lines))| (order_id, lines)).collect())
}

/// Whether a file had other lines for an order before. What the partner's own system reported is not compared: it knows
/// more than a file.
fn has_changed(order: &Order, known: &[KnownLine]) -> bool {
    let mut now: Vec<_> = order.lines.iter().map(|line| (i64::from(line.quantity), line.amount_minor)).collect();
    let mut then: Vec<_> = known.iter().map(|line| (line.quantity, line.net_minor)).collect();
    now.sort_unstable();
    then.sort_unstable();
    known.iter().all(|line| line.sku == SKU) && now != then
}
