//! Past purchases of a shop, whole, twice, interrupted, and broken.

use std::{collections::BTreeMap, time::Duration};

use regulars::import::{Report, purchases::import};

use super::real;
use crate::town::{Folder, Town};

const HEADER: &str = "member_external_id,order_id,purchased_at,quantity,amount_minor,currency\n";

async fn imported(town: &Town, csv: &str) -> Report {
    let folder = Folder::new("shop");
    let report = import(&town.app.kit, &folder.write("p.csv", format!("{HEADER}{csv}"))).await;
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

#[tokio::test]
async fn wrong_rows_are_skipped_and_told_and_the_others_count() {
    let town = Town::new().await;
    let csv = "m1,o1,2026-01-31T12:00:00Z,1,1000,EUR\n\
               m2,o1,2026-01-31T12:00:00Z,1,1000,EUR\n\
               m1,o1,2026-01-31T12:00:00Z,1,1000,USD\n\
               m1,o2,2026-01-31T12:00:00Z,0,1000,EUR\n\
               m1,o3,2026-01-31T12:00:00Z,1,9223372036854775807,EUR\n\
               m1,o4,2026-01-31T12:00:00Z,1,500,EUR\n";
    let report = imported(&town, csv).await;
    let told: Vec<String> = report.told.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 4, "{told:#?}");
    for sentence in [
        "p.csv, line 3: Line 2 gives the order `o1` another member.",
        "p.csv, line 4: Line 2 gives the order `o1` another currency.",
        "p.csv, line 5: quantity must be 1 or more, not `0`.",
        "p.csv, line 6: The order is refused: lines/0/unit_minor",
    ] {
        assert!(told.iter().any(|told| told.starts_with(sentence)), "{sentence} is not among {told:#?}");
    }
    assert_eq!(town.rows("select order_id from purchase order by 1").await, ["o1", "o4"]);
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
        let error = import(&town.app.kit, &folder.write("p.csv", content)).await.expect_err(sentence).to_string();
        assert!(error.starts_with(sentence), "{error}");
    }
    assert!(import(&town.app.kit, &folder.path().join("absent.csv")).await.is_err());
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
    for reached in [400, 2_000] {
        let stopped = async {
            while town.count("select count(*) from purchase").await < reached {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            done = import(&town.app.kit, &file) => panic!("it ended too early: {done:?}"),
            () = stopped => {}
        }
        town.settle().await;
        town.audit().await;
    }
    let report = import(&town.app.kit, &file).await.unwrap_or_else(|error| panic!("{error:#}"));
    town.settle().await;
    println!("{report}");
    assert_eq!(report.skipped, 0);
    assert_eq!(town.count("select count(*) from purchase").await, orders.len() as i64);
    assert_eq!(town.count("select sum(net_minor) from purchase").await, orders.values().sum::<i64>());
    assert_eq!(town.count("select sum(points_granted) from purchase").await, points);
    assert_eq!(town.count("select sum(available) from wallet").await, points);
    let before = town.rows("select md5(string_agg(t::text, '|' order by id)) from ledger_transaction t").await;
    let again = import(&town.app.kit, &file).await.unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(again.of("orders"), (orders.len() as u64, 0));
    assert_eq!(town.rows("select md5(string_agg(t::text, '|' order by id)) from ledger_transaction t").await, before);
}
