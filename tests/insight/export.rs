//! Admin tables as CSV: the same lists, whole.

use poem::http::Method;
use serde_json::json;

use crate::support::{Person, Reply, Town};

async fn csv(person: &Person, path: &str) -> Reply {
    person.send(Method::GET, path, None, &[("accept", "text/csv")]).await
}

/// The records of a CSV, its header first.
fn records(reply: &Reply) -> Vec<Vec<String>> {
    assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let text = reply.body.as_str().expect("text");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.expect("a record").iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn every_admin_table_is_there_as_csv() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    town.pays(&ann, 300).await;
    let reward = rosa.offers("=cmd|' /C calc'!A0", 100, json!({})).await;
    ann.redeems(&reward, "one").await.is(201);
    town.records_order(&ann, 4_000).await;
    let code = ann.get("/me/referral").await.is(200).text("/code");
    town.referred_member("bob", &code).await;
    let question = ann.asks("Which grinder?").await;
    rosa.flags(&question).await;
    rosa.asks("Which kettle?").await;
    rosa.founds("Home baristas", "invite_only", true).await;
    town.settle().await;
    for (path, rows, name) in [
        ("/admin/members", 3, "all-members"),
        ("/admin/members?role=administrator&limit=1", 1, "all-members"),
        ("/admin/redemptions?member=ann", 1, "redemptions"),
        ("/admin/redemptions?member=bob", 0, "redemptions"),
        ("/admin/referrals", 1, "referrals"),
        ("/admin/audit-log?action=create_reward", 1, "audit-log"),
        ("/admin/rewards", 1, "all-rewards"),
        ("/admin/review-items", 1, "review-items"),
        ("/admin/review-items?state=decided", 0, "review-items"),
        ("/admin/partners", 1, "partners"),
        ("/admin/api-keys", 1, "api-keys"),
        ("/admin/earning-rules", 5, "earning-rules"),
        ("/tags?q=gen", 1, "tags"),
        ("/tags?q=nothing", 0, "tags"),
        ("/groups", 1, "groups"),
        ("/admin/members/ann/points/statement", 4, "statement"),
        ("/admin/members/ann/purchases", 1, "purchases"),
    ] {
        let reply = csv(&rosa, path).await.is(200);
        assert_eq!(records(&reply).len(), rows + 1, "{path}");
        let disposition = format!("attachment; filename=\"{name}-{}.csv\"", town.clock.now().date_naive());
        assert_eq!(reply.header("content-disposition"), Some(disposition.as_str()));
    }
    for (reader, groups) in [(&town.visitor(), 0), (&ann, 0), (&rosa, 1)] {
        assert_eq!(records(&csv(reader, "/groups").await.is(200)).len(), groups + 1, "private groups are for those who may see them");
    }
    let redemptions = records(&csv(&rosa, "/admin/redemptions").await);
    assert_eq!(redemptions[0][..4], ["id", "reward.id", "reward.name", "reward.kind"]);
    assert_eq!(redemptions[1][2], "'=cmd|' /C calc'!A0", "no spreadsheet runs this");
    let statement = records(&csv(&rosa, "/admin/members/ann/points/statement").await);
    let available = statement[0].iter().position(|name| name == "available").expect("a column");
    assert!(statement.iter().any(|line| line[available] == "-100"), "numbers stay numbers");
}

#[tokio::test]
async fn what_is_refused_is_refused_before_the_first_byte() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    csv(&ann, "/admin/members").await.refused(403, "forbidden");
    csv(&rosa, "/admin/members?role=queen").await.refused(400, "bad_parameter");
    csv(&rosa, "/admin/members?cursor=made-up").await.refused(400, "bad_cursor");
    csv(&rosa, "/admin/members/nobody/purchases").await.refused(404, "not_found");
    let page = rosa.send(Method::GET, "/admin/members", None, &[("accept", "application/json, text/csv;q=0.5")]).await.is(200);
    assert_eq!((page.items().len(), page.header("vary")), (2, Some("Accept")));
}

#[tokio::test]
async fn a_long_list_comes_whole_and_in_order() {
    let town = Town::new().await;
    let rosa = town.admin("rosa").await;
    town.sql(
        "insert into member (id, handle, handle_key, display_name, created_at)
         select lpad(to_hex(n), 32, '0')::uuid, handle, handle, 'M', now()
         from (select n, 'm' || translate(n::text, '0123456789', 'abcdefghjk') as handle from generate_series(1, 1499) n) members",
    )
    .await;
    for sort in ["newest", "handle", "points", "last_seen"] {
        let mut handles: Vec<String> = records(&csv(&rosa, &format!("/admin/members?sort={sort}")).await.is(200))
            .into_iter()
            .skip(1)
            .map(|mut record| record.swap_remove(1))
            .collect();
        assert_eq!(handles.len(), 1_500, "{sort}");
        if sort == "handle" {
            assert!(handles.is_sorted());
        }
        handles.sort_unstable();
        handles.dedup();
        assert_eq!(handles.len(), 1_500, "{sort}");
    }
}

/// Excel knows UTF-8 by its byte order mark alone, and parts values by what is usual in its country.
#[tokio::test]
async fn a_spreadsheet_gets_the_file_as_it_reads_it() {
    let town = Town::new().await;
    let (rosa, shop) = (town.admin("rosa").await, "=Käse; & Co");
    rosa.post("/admin/partners", json!({ "name": shop })).await.is(201);
    for (accept, mark, delimiter, cell) in [
        ("text/csv", "", ',', "'=Käse; & Co,"),
        ("text/csv; bom=true", "\u{feff}", ',', "'=Käse; & Co,"),
        ("text/csv; bom=true; delimiter=semicolon", "\u{feff}", ';', "\"'=Käse; & Co\";"),
    ] {
        let reply = rosa.send(Method::GET, "/admin/partners", None, &[("accept", accept)]).await.is(200);
        let text = reply.body.as_str().expect("text");
        assert!(text.starts_with(&format!("{mark}id{delimiter}name{delimiter}created_at\r\n")), "{accept}: {text:?}");
        assert!(text.contains(cell), "{accept}: {text:?}");
    }
}
