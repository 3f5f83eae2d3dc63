//! Past purchases of a shop, whole, twice, interrupted, and broken.

use std::{collections::BTreeMap, time::Duration};

use regulars::import::{Report, purchases::import};

use serde_json::json;

use super::real;
use crate::support::{Folder, Town, wait};

/// For what an import has to reach.
const PATIENCE: Duration = Duration::from_secs(300);

const HEADER: &str = "member_external_id,order_id,purchased_at,quantity,amount_minor,currency\n";

async fn imported(town: &Town, csv: &str) -> Report {
    let folder = Folder::new("shop");
    let report = import(&town.app.kit, &folder.write("p.csv", format!("{HEADER}{csv}")), None).await;
    town.settle().await;
    report.unwrap_or_else(|error| panic!("{error:#}"))
}

#[tokio::test]
async fn rows_of_an_order_are_its_lines_and_earn_once() {
    let town = Town::new().await;
    let csv = "m1,o1,2026-01-31T12:00:00Z,3,1000,EUR\nm2,o2,2026-02-01T12:00:00Z,1,250,EUR\nm1,o1,2026-01-31T12:00:00Z,2,99,EUR\n";
    let report = imported(&town, csv).await;
    assert_eq!((report.of("rows"), report.of("orders"), report.skipped), ((3, 0), (2, 2), 0), "{report}");
    for (query, expected) in [
        ("select net_minor || ' ' || points_granted from purchase where order_id = 'o1'", "1099 10"),
        // 3 pieces at 334 less 2 are 1000.
        (
            "select string_agg(quantity || 'x' || unit_minor || '-' || discount_minor || '=' || l.net_minor, ' ' order by line) from purchase_line l join purchase p on p.id = l.purchase_id where order_id = 'o1'",
            "3x334-2=1000 2x50-1=99",
        ),
        ("select sum(available) from wallet", "12"),
        ("select sum(pending) from wallet", "0"),
        ("select count(*) from external_member e join partner p on p.id = e.partner_id where p.name = 'import'", "2"),
        ("select count(*) from qualifying_entry q join purchase p on p.purchased_at = q.qualified_at", "2"),
    ] {
        assert_eq!(town.rows(query).await, [expected], "{query}");
    }
    let again = imported(&town, csv).await;
    assert_eq!((again.of("orders"), again.skipped), ((2, 0), 0));
    assert_eq!(town.count("select count(*) from ledger_transaction where kind = 'earn'").await, 2);
}

fn told(report: &Report) -> Vec<String> {
    report.shown.iter().map(ToString::to_string).collect()
}

/// Whatever is wrong with one line of an order, none of it is imported, and the corrected file brings it whole.
#[tokio::test]
async fn half_an_order_is_none() {
    let good = "m1,o1,2026-01-31T12:00:00Z,1,1000,EUR\nm1,o1,2026-01-31T12:00:00Z,2,9000,EUR\n";
    let whole = |line: u64| format!("The order `o1` is refused as a whole, for line {line} is.");
    for (second, reason) in [
        ("m1,o1,2026-01-31T12:00:00Z,1.5,9000,EUR", "quantity is not a whole number in range: `1.5`."),
        ("m1,o1,2026-01-31T12:00:01Z,2,9000,EUR", "Line 2 gives the order `o1` another date."),
        ("m2,o1,2026-01-31T12:00:00Z,2,9000,EUR", "Line 2 gives the order `o1` another member."),
        ("m1,o1,2026-01-31T12:00:00Z,2,9000,USD", "Line 2 gives the order `o1` another currency."),
        ("m1,o1,2026-01-31T12:00:00Z,-1,9000,EUR", "quantity must be 1 or more, not `-1`."),
        ("m1,o1,2026-01-31T12:00:00Z,2,-1,EUR", "amount_minor must be 0 or more, not `-1`."),
        ("m1,o1,2026-01-31T12:00:00Z,2,90.00,EUR", "amount_minor is not a whole number in range: `90.00`."),
        ("m1,o1,2026-01-31T12:00:00Z,2,90,00,EUR", "The row has 7 values, the header has 6."),
        ("m1,o1,2026-01-31T12:00:00,2,9000,EUR", "purchased_at is not a time like 2026-01-31T12:00:00Z: `2026-01-31T12:00:00`."),
        (",o1,2026-01-31T12:00:00Z,2,9000,EUR", "member_external_id is empty."),
        ("m1, o1 ,2026-01-31T12:00:00Z,2,9000,XXQ", "currency is not a code of ISO 4217: `XXQ`."),
        ("m1,o1,2026-01-31T12:00:00Z,1,9223372036854775807,EUR", "The order `o1` is refused: unit_minor: "),
    ] {
        let town = Town::new().await;
        let rest = "m1,o2,2026-01-31T12:00:00Z,1,500,EUR\n";
        // The wrong line last, and first: what comes before it and after it is not imported either.
        let first = good.lines().next().unwrap_or_default();
        let report = imported(&town, &format!("{first}\n{second}\n{rest}")).await;
        let told = told(&report);
        assert_eq!((report.skipped, report.of("orders").1), (2, 1), "{second}: {told:#?}");
        assert!(told.iter().any(|told| told.starts_with(&format!("p.csv, line 3: {reason}"))), "{reason} is not among {told:#?}");
        assert!(told.contains(&format!("p.csv, line 2: {}", whole(3))), "{told:#?}");
        assert_eq!(town.rows("select order_id || ' ' || points_granted from purchase").await, ["o2 5"], "{second}");
        let corrected = imported(&town, &format!("{good}{rest}")).await;
        assert_eq!((corrected.skipped, corrected.of("orders")), (0, (2, 1)), "{second}");
        assert_eq!(town.rows("select order_id || ' ' || points_granted from purchase order by 1").await, ["o1 100", "o2 5"]);
    }
    let town = Town::new().await;
    let report =
        imported(&town, "m1,o1,2026-01-31T12:00:00Z,0,1,EUR\nm2,o2,2026-01-31T12:00:00Z,1,100,EUR\nm1,o1,2026-01-31T12:00:00Z,1,1,EUR\n")
            .await;
    assert_eq!(told(&report), ["p.csv, line 2: quantity must be 1 or more, not `0`.".to_owned(), format!("p.csv, line 4: {}", whole(2))]);
    assert_eq!(town.rows("select order_id from purchase").await, ["o2"]);
}

/// An order of more lines than the API takes is refused whole, too.
#[tokio::test]
async fn an_order_is_refused_as_a_whole_by_what_the_api_would_say() {
    let town = Town::new().await;
    let report = imported(&town, &"m1,o1,2026-01-31T12:00:00Z,1,100,EUR\n".repeat(101)).await;
    assert_eq!((report.skipped, report.of("orders").1), (101, 0));
    assert!(told(&report)[0].starts_with("p.csv, line 2: The order `o1` is refused: lines: "), "{report}");
    assert_eq!(town.count("select count(*) from member").await, 0, "nobody is made for an order that is refused");
}

/// A line that may belong to any order makes every order doubtful.
#[tokio::test]
async fn a_row_that_names_no_order_stops_the_import() {
    let town = Town::new().await;
    let folder = Folder::new("shop");
    for row in ["m1,,2026-01-31T12:00:00Z,1,100,EUR", "m1,2026-01-31T12:00:00Z,1,100,EUR", "m1,o"] {
        let csv = format!("{HEADER}m1,o1,2026-01-31T12:00:00Z,1,100,EUR\n{row}");
        let error = import(&town.app.kit, &folder.write("p.csv", csv), None).await.expect_err(row).to_string();
        assert!(error.starts_with("p.csv, line 3: ") && error.contains("nothing was imported"), "{error}");
    }
    assert_eq!(town.count("select count(*) from purchase").await, 0);
}

/// What an older version imported by halves is told, though it stays: points are not changed behind anybody's back.
#[tokio::test]
async fn an_order_that_has_other_lines_now_is_told() {
    let town = Town::new().await;
    imported(&town, "m1,o1,2026-01-31T12:00:00Z,1,1000,EUR\n").await;
    let report = imported(&town, "m1,o1,2026-01-31T12:00:00Z,1,1000,EUR\nm1,o1,2026-01-31T12:00:00Z,2,9000,EUR\n").await;
    assert_eq!(report.skipped, 2);
    assert_eq!(told(&report)[0], "p.csv, line 2: The order `o1` was recorded before, with other lines; it stays as it is.");
    assert_eq!(town.rows("select points_granted::text from purchase").await, ["10"]);
}

#[tokio::test]
async fn the_partner_for_files_may_be_renamed() {
    let town = Town::new().await;
    let root = town.admin("root_of_all").await;
    let csv = "m1,o1,2026-01-31T12:00:00Z,1,1000,EUR\n";
    imported(&town, csv).await;
    let id = town.rows("select id::text from partner where name = 'import'").await.remove(0);
    root.patch(&format!("/admin/partners/{id}"), json!({ "name": "Old shop" })).await.is(200);
    assert_eq!(imported(&town, csv).await.of("orders"), (1, 0));
    root.post("/admin/partners", json!({ "name": "import" })).await.is(201);
    assert_eq!(imported(&town, csv).await.of("orders"), (1, 0));
    assert_eq!(town.count("select count(*) from purchase").await, 1);
    // Renamed before the upgrade: it is known by what it recorded.
    town.sql(include_str!("../../migrations/2026-11-30-000062_importer/down.sql")).await;
    town.sql("delete from partner where name = 'import'").await;
    town.sql(include_str!("../../migrations/2026-11-30-000062_importer/up.sql")).await;
    assert_eq!(imported(&town, csv).await.of("orders"), (1, 0));
}

#[tokio::test]
async fn an_order_by_file_and_by_api_is_one() {
    let town = Town::new().await;
    let shop = town.partner("shop", "purchases:write").await;
    let order = |order_id: &str| {
        json!({ "member": { "external_id": "m1" }, "order_id": order_id, "purchased_at": "2026-01-31T12:00:00Z", "currency": "EUR",
            "lines": [{ "sku": "A", "quantity": 1, "unit_minor": 1_000 }], "order_discount_minor": 100 })
    };
    let by_api = shop.post_once("/purchases", "o1", order("o1")).await.is(201);
    let folder = Folder::new("shop");
    let file = folder.write("p.csv", format!("{HEADER}m1, o1,2026-01-31T12:00:00Z,1,1000,EUR\nm1,o2,2026-01-31T12:00:00Z,1,1000,EUR\n"));
    let report = import(&town.app.kit, &file, Some("shop")).await.unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!((report.of("orders"), report.skipped), ((2, 1), 0), "{report}");
    shop.post_once("/purchases", "o2", order("o2")).await.refused(409, "duplicate_source");
    let by_file = town.rows("select member_id::text from purchase where order_id = 'o2'").await;
    assert_eq!(by_file, [by_api.text("/member_id")], "the customer is one, too");
    let error = import(&town.app.kit, &file, Some("shoppe")).await.expect_err("there is none").to_string();
    assert!(error.starts_with("There is no partner `shoppe`"), "{error}");
    town.settle().await;
}

/// As spreadsheets write it.
#[tokio::test]
async fn a_file_with_semicolons_is_read() {
    let town = Town::new().await;
    let folder = Folder::new("shop");
    let csv = format!("\u{feff}{HEADER}m1,o1,2026-01-31T12:00:00Z,1,1000,EUR\n").replace(',', ";").replace('\n', "\r\n");
    let report = import(&town.app.kit, &folder.write("p.csv", csv), None).await.unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!((report.of("orders"), report.skipped), ((1, 1), 0));
    town.settle().await;
}

#[tokio::test]
async fn a_broken_file_is_refused_before_anything_is_written() {
    let town = Town::new().await;
    let folder = Folder::new("shop");
    let open = format!("{HEADER}m1,o1,2026-01-31T12:00:00Z,1,1000,EUR\n\"{}", "m,o\n".repeat(100_000));
    for (content, sentence) in [
        (open.as_str(), "p.csv, line 3: The file cannot be read"),
        ("", "p.csv, line 1: The header lacks"),
        ("order_id\n", "p.csv, line 1: The header lacks"),
        ("PK\u{3}\u{4}", "p.csv, line 1: The header lacks"),
    ] {
        let error = import(&town.app.kit, &folder.write("p.csv", content), None).await.expect_err(sentence).to_string();
        assert!(error.starts_with(sentence), "{error}");
    }
    assert!(import(&town.app.kit, &folder.path().join("absent.csv"), None).await.is_err());
    assert_eq!(town.count("select count(*) from member").await, 0);
}

#[tokio::test]
async fn a_real_shop_comes_in_whole_and_once_even_when_interrupted() {
    let Some(file) = real("cdnow-sample-purchases.csv") else { return };
    let csv = std::fs::read_to_string(&file).expect("the file is read");
    let mut orders: BTreeMap<&str, i64> = BTreeMap::new();
    for row in csv.lines().skip(1) {
        let values: Vec<&str> = row.split(',').collect();
        *orders.entry(values[1]).or_default() += values[4].parse::<i64>().expect("an amount");
    }
    let points: i64 = orders.values().map(|amount| amount / 100).sum();

    let town = Town::new().await;
    // They sold for dollars.
    town.sql("update earning_rule_version set terms = terms || '{\"currency\": \"USD\"}' where terms ? 'currency'").await;
    for reached in [400, 2_000] {
        let stopped = wait::until_within(
            PATIENCE,
            || format!("{reached} came in"),
            async || town.count("select count(*) from purchase").await >= reached,
        );
        tokio::select! {
            done = import(&town.app.kit, &file, None) => panic!("it ended too early: {done:?}"),
            () = stopped => {}
        }
        town.settle().await;
        town.audit().await;
    }
    let report = import(&town.app.kit, &file, None).await.unwrap_or_else(|error| panic!("{error:#}"));
    town.settle().await;
    println!("{report}");
    assert_eq!(report.skipped, 0);
    assert_eq!(town.count("select count(*) from purchase").await, orders.len() as i64);
    assert_eq!(town.count("select sum(net_minor) from purchase").await, orders.values().sum::<i64>());
    assert_eq!(town.count("select sum(points_granted) from purchase").await, points);
    assert_eq!(town.count("select sum(available) from wallet").await, points);
    let before = town.rows("select md5(string_agg(t::text, '|' order by id)) from ledger_transaction t").await;
    let again = import(&town.app.kit, &file, None).await.unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(again.of("orders"), (orders.len() as u64, 0));
    assert_eq!(town.rows("select md5(string_agg(t::text, '|' order by id)) from ledger_transaction t").await, before);
}

#[tokio::test]
async fn orders_in_a_currency_without_a_rule_are_told() {
    let town = Town::new().await;
    let csv = "m1,o1,2026-01-31T12:00:00Z,1,1000,EUR\nm1,o2,2026-01-31T12:00:00Z,1,1000,JPY\nm2,o3,2026-01-31T12:00:00Z,1,1000,JPY\n";
    let report = imported(&town, csv).await;
    assert_eq!((report.of("orders"), report.skipped), ((3, 3), 0), "{report}");
    assert!(report.to_string().ends_with("\nNo earning rule was for JPY at their date: 2 orders earned nothing."), "{report}");
    assert_eq!(town.rows("select sum(points_granted) from purchase").await, ["10"]);
}

/// The file of then says nothing new about an order that came back since; a row of another date does.
#[tokio::test]
async fn an_order_that_was_returned_whole_comes_in_again_when_it_is_another() {
    let town = Town::new().await;
    let csv = "m1,o1,2026-01-31T12:00:00Z,2,1000,EUR\n";
    imported(&town, csv).await;
    town.sql(
        "update purchase_line set returned_quantity = 2, points_clawed = 10; update purchase set returned_whole_at = now();
         with r as (insert into purchase_return (id, purchase_id, return_id, returned_at, points_clawed, recorded_at)
           select gen_random_uuid(), id, 'r', now(), 10, now() from purchase returning id)
         insert into return_line (purchase_return_id, line, quantity, points_clawed) select id, 1, 2, 10 from r",
    )
    .await;
    let town = town.not_audited();
    assert_eq!(imported(&town, csv).await.of("orders"), (1, 0));
    let again = "m1,o1,2026-03-31T12:00:00Z,2,1000,EUR\n";
    assert_eq!(imported(&town, again).await.of("orders"), (1, 1));
    assert_eq!(imported(&town, again).await.of("orders"), (1, 0));
    assert_eq!(imported(&town, csv).await.of("orders"), (1, 0), "the standing one has its number");
}
