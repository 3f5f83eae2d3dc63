//! Dumps of other communities, whole, twice, interrupted, and broken.

use std::{path::Path, time::Duration};

use regulars::import::{Report, stackexchange::import};

use super::real;
use crate::support::{Folder, PASSWORD, Town, wait};

/// For what an import has to reach.
const PATIENCE: Duration = Duration::from_secs(300);

const FILES: [&str; 6] = ["Users", "Tags", "Posts", "Comments", "Votes", "PostLinks"];
const AT: &str = r#"CreationDate="2020-01-02T03:04:05.678""#;

/// A dump with these rows; files that are not named are empty.
fn dump(rows: &[(&str, String)]) -> Folder {
    let folder = Folder::new("dump");
    for file in FILES {
        let rows: String = rows.iter().filter(|(name, _)| *name == file).map(|(_, rows)| rows.as_str()).collect();
        let root = file.to_lowercase();
        folder.write(&format!("{file}.xml"), format!("<?xml version=\"1.0\"?>\n<{root}>\n{rows}</{root}>\n"));
    }
    folder
}

fn user(id: i64, name: &str) -> (&'static str, String) {
    ("Users", format!("<row Id=\"{id}\" DisplayName=\"{name}\" Reputation=\"1\" {AT} />\n"))
}

fn post(attributes: &str) -> (&'static str, String) {
    ("Posts", format!("<row {AT} Body=\"&lt;p&gt;A body.&lt;/p&gt;\" {attributes} />\n"))
}

fn row(file: &'static str, attributes: &str) -> (&'static str, String) {
    (file, format!("<row {AT} {attributes} />\n"))
}

/// Two people, a question with an accepted answer, votes, comments and a duplicate.
fn small() -> Vec<(&'static str, String)> {
    vec![
        user(1, "Ada L."),
        user(2, "Ada L."),
        row("Tags", r#"Id="1" TagName="Brakes" ExcerptPostId="8""#),
        post(
            r#"Id="3" PostTypeId="1" Title="How do disc brakes work?" Tags="&lt;brakes&gt;&lt;disc&gt;" OwnerUserId="1" AcceptedAnswerId="4""#,
        ),
        post(r#"Id="4" PostTypeId="2" ParentId="3" OwnerUserId="2""#),
        post(r#"Id="5" PostTypeId="2" ParentId="3" OwnerDisplayName="gone""#),
        post(
            r#"Id="6" PostTypeId="1" Title="Disc brakes, how do they work?" Tags="|disc|" OwnerUserId="2" ClosedDate="2020-02-01T00:00:00.000""#,
        ),
        post(r#"Id="8" PostTypeId="4" Title="Not a question""#),
        row("Comments", r#"Id="1" PostId="3" UserId="2" Text="*Nice* question""#),
        row("Votes", r#"Id="1" PostId="3" VoteTypeId="2""#),
        row("Votes", r#"Id="2" PostId="4" VoteTypeId="2""#),
        row("Votes", r#"Id="3" PostId="4" VoteTypeId="2""#),
        row("Votes", r#"Id="4" PostId="5" VoteTypeId="3""#),
        row("Votes", r#"Id="5" PostId="4" VoteTypeId="1""#),
        row("Votes", r#"Id="6" PostId="3" VoteTypeId="10""#),
        row("PostLinks", r#"Id="1" PostId="6" RelatedPostId="3" LinkTypeId="3""#),
    ]
}

async fn imported(town: &Town, folder: &Path) -> Report {
    let report = import(&town.app.kit, folder, false).await.unwrap_or_else(|error| panic!("{error:#}"));
    town.settle().await;
    report
}

/// Every row of every table that a second run must leave alone, in one hash.
async fn everything(town: &Town) -> Vec<String> {
    let tables = town
        .rows(
            "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
               and table_name not in ('import_progress', 'change', '__diesel_schema_migrations') order by 1",
        )
        .await;
    let mut hashes = Vec::new();
    for table in tables {
        let hash = format!("select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from \"{table}\" t");
        hashes.push(format!("{table} {}", town.rows(&hash).await[0]));
    }
    hashes
}

/// What two towns must have in common that imported the same.
async fn content(town: &Town) -> Vec<String> {
    let mut all = Vec::new();
    for query in [
        "select md5(string_agg(m::text, '|' order by id)) from member m",
        "select md5(string_agg(p::text, '|' order by id)) from post p",
        "select md5(string_agg(c::text, '|' order by id)) from comment c",
        "select md5(string_agg(v::text, '|' order by id)) from vote v",
        "select md5(string_agg(l::text, '|' order by question_id, related_id, kind)) from post_link l",
        "select md5(string_agg(r::text, '|' order by member_id)) from reputation r",
        "select md5(string_agg(name || description || question_count, '|' order by name)) from tag",
        "select md5(string_agg(q.question_id || t.name, '|' order by q.question_id, t.name)) from question_tag q join tag t on t.id = q.tag_id",
    ] {
        all.push(town.rows(query).await.join(""));
    }
    all
}

#[tokio::test]
async fn a_small_dump_becomes_a_community() {
    let town = Town::new().await;
    let folder = dump(&small());
    let report = imported(&town, folder.path()).await;
    assert_eq!(report.skipped, 0, "{report}");
    for (query, expected) in [
        ("select handle from member where import_id = '2'", "ada-l-2"),
        ("select display_name from member where import_id = '1'", "Ada L."),
        ("select body_html from post where import_id = '3'", "<p>A body.</p>\n"),
        (
            "select up_votes || ' ' || answer_count || ' ' || comment_count || ' ' || participants || ' ' || l.score || ' ' || l.tags::text
             from post p join post_counter on post_id = p.id join question_listing l on l.question_id = p.id where import_id = '3'",
            "1 2 1 2 1 {brakes,disc}",
        ),
        ("select up_votes || ' ' || down_votes from post join post_counter on post_id = id where import_id = '5'", "0 1"),
        ("select m.import_id from post p join member m on m.id = p.author_id where p.import_id = '5'", "former"),
        ("select a.import_id from post q join post a on a.id = q.accepted_answer_id where q.import_id = '3'", "4"),
        ("select accepted_at = '2020-01-02T03:04:05.678Z' from post where import_id = '3'", "t"),
        (
            "select close_reason || ' ' || (duplicate_of = (select id from post where import_id = '3')) from post where import_id = '6'",
            "duplicate true",
        ),
        ("select string_agg(name || question_count || description, ' ' order by name) from tag", "brakes1A body. disc2"),
        ("select count(*) from vote where member_id is null", "4"),
        ("select count(*) from award", "0"),
        ("select body_html from comment", "<p><em>Nice</em> question</p>\n"),
    ] {
        assert_eq!(town.rows(query).await, [expected], "{query}");
    }
}

#[tokio::test]
async fn importing_again_changes_nothing_and_a_later_dump_adds_what_is_new() {
    let town = Town::new().await;
    let mut rows = small();
    let folder = dump(&rows);
    imported(&town, folder.path()).await;
    let before = everything(&town).await;
    let again = imported(&town, folder.path()).await;
    assert!(again.tallies.iter().all(|tally| tally.imported == 0), "{again}");
    assert_eq!(everything(&town).await, before);

    rows.push(post(r#"Id="9" PostTypeId="2" ParentId="6" OwnerUserId="1""#));
    let later = imported(&town, dump(&rows).path()).await;
    assert_eq!((later.of("answers"), later.of("questions")), ((3, 1), (3, 0)), "{later}");
    assert_eq!(
        town.count("select answer_count from post p join question_listing l on l.question_id = p.id where import_id = '6'").await,
        1
    );
}

#[tokio::test]
async fn the_erased_do_not_come_back() {
    let town = Town::new().await;
    let folder = dump(&small());
    imported(&town, folder.path()).await;
    town.sql("update member set import_source = null, import_id = null, handle = 'x', handle_key = 'x', display_name = 'Gone' where import_id = '1'").await;
    let again = imported(&town, folder.path()).await;
    assert_eq!(again.of("members"), (2, 0));
    // Nor does anybody get the handle of who is gone.
    let town = Town::new().await;
    let gone = town.member("ada-l-1").await;
    gone.tries_to_erase_themselves(PASSWORD).await.is(204);
    imported(&town, folder.path()).await;
    assert_eq!(town.rows("select handle from member where import_id = '1'").await, ["ada-l-1-1"]);
}

#[tokio::test]
async fn comments_name_members_of_the_dump_and_nobody_else() {
    let town = Town::new().await;
    town.member("sam").await;
    let mut rows = small();
    rows.extend([
        user(5, "Neil Fein"),
        user(6, "Neil Gray"),
        row("Comments", r#"Id="2" PostId="4" UserId="5" Text="@sam is nobody of the dump.""#),
        row("Comments", r#"Id="3" PostId="3" UserId="6" Text="@NeilFein and @neilg, not @Neil or @AdaL, see @reply.""#),
    ]);
    let folder = dump(&rows);
    imported(&town, folder.path()).await;
    let named = town.rows("select body_markdown from comment where import_id in ('2', '3') order by import_id").await;
    assert_eq!(named, ["@sam is nobody of the dump.", "@neil-fein-5 and @neil-gray-6, not @Neil or @AdaL, see @reply."]);
    let strays = "select (regexp_matches(body_html, 'href=\"/members/([^\"]*)\"', 'g'))[1] as handle from comment";
    assert_eq!(town.rows(&format!("{strays} order by 1")).await, ["neil-fein-5", "neil-gray-6"]);
    let before = everything(&town).await;
    imported(&town, folder.path()).await;
    assert_eq!(everything(&town).await, before);
    town.sql("update comment set renderer = 2 - 1, body_html = 'stale' where import_id = '3'").await;
    town.work().await;
    assert_eq!(town.rows(&format!("{strays} order by 1")).await, ["neil-fein-5", "neil-gray-6"], "rendered again");
}

#[tokio::test]
async fn handles_that_are_taken_or_look_alike_are_avoided() {
    let town = Town::new().await;
    town.member("ada-l-2").await;
    let folder = dump(&[user(1, "Ada L."), user(2, "Ada L."), user(12, "ada"), user(2_000, "ada1"), user(12_000, "ada")]);
    imported(&town, folder.path()).await;
    let handles = town.rows("select handle from member where import_id <> 'former' order by import_id::int").await;
    assert_eq!(handles, ["ada-l-1", "ada-l-2-1", "ada-12-2", "ada1-2000", "ada-12000-1"]);
}

#[tokio::test]
async fn wrong_rows_are_skipped_and_told() {
    let town = Town::new().await;
    let deep = format!("Id=\"20\" PostTypeId=\"1\" Title=\"Deep\" Body2=\"{}\"", "x");
    let nested = format!("<row {AT} Id=\"21\" PostTypeId=\"1\" Title=\"Nested\" Body=\"{}\" />\n", "&lt;blockquote&gt;".repeat(300));
    let mut rows = small();
    rows.extend([
        user(1, "Impostor"),
        ("Users", "<row Id=\"x\" DisplayName=\"No number\" />\n".to_owned()),
        post(r#"Id="3" PostTypeId="1" Title="A second question of this id" Tags="&lt;disc&gt;""#),
        post(r#"Id="30" PostTypeId="2" ParentId="777""#),
        post(r#"Id="31" PostTypeId="2" ParentId="4""#),
        post(&format!("Id=\"32\" PostTypeId=\"1\" Title=\"{}\"", "t".repeat(301))),
        post(&deep),
        ("Posts", nested),
        row("Comments", r#"Id="2" PostId="777" Text="Nobody there""#),
        row("Votes", r#"Id="7" PostId="777" VoteTypeId="2""#),
        row("Votes", r#"Id="1" PostId="4" VoteTypeId="2""#),
        row("PostLinks", r#"Id="2" PostId="3" RelatedPostId="777" LinkTypeId="1""#),
        row("Tags", r#"Id="2" TagName="tête""#),
    ]);
    let folder = dump(&rows);
    let report = imported(&town, folder.path()).await;
    let told: Vec<String> = report.shown.iter().map(ToString::to_string).collect();
    for sentence in [
        "Users.xml, line 5: This Id has appeared before; the first row counts.",
        "Users.xml, line 6: Id is not a whole number in range: `x`.",
        "Tags.xml, line 4: TagName has letters that a tag here cannot have.",
        "Posts.xml, line 8: This Id has appeared before; the first row counts.",
        "Posts.xml, line 9: The question 777 is not here.",
        "Posts.xml, line 10: The question 4 is not here.",
        "Posts.xml, line 11: Title has more than 300 characters.",
        "Posts.xml, line 13: The HTML is nested more than 200 deep, or has too many tags that are never closed.",
        "Comments.xml, line 4: The post 777 is not here.",
        "Votes.xml, line 9: The post 777 is not here.",
        "Votes.xml, line 10: This Id has appeared before; the first row counts.",
        "PostLinks.xml, line 4: The post 777 is not here.",
    ] {
        assert!(told.iter().any(|told| told == sentence), "{sentence} is not among {told:#?}");
    }
    assert_eq!((report.skipped, told.len()), (12, 12));
    assert_eq!(town.rows("select title from post where import_id = '3'").await, ["How do disc brakes work?"]);
}

#[tokio::test]
async fn a_broken_dump_is_refused_before_anything_is_written() {
    let town = Town::new().await;
    let before = everything(&town).await;
    let spoilt = |file: &'static str, content: &'static [u8]| {
        let folder = dump(&small());
        folder.write(file, content);
        folder
    };
    for (folder, sentence) in [
        (
            spoilt("Votes.xml", b"<votes>\n<row Id=\"1\" PostId=\"3\" VoteTypeId=\"2\" />\n"),
            "Votes.xml, line 3: The file ends before </votes>: it is incomplete.",
        ),
        (spoilt("Posts.xml", b""), "Posts.xml, line 1: The file is empty."),
        (spoilt("Comments.xml", b"<html>no dump</html>"), "Comments.xml, line 1: The file should begin with <comments>, not <html>."),
        (spoilt("PostLinks.xml", b"PK\x03\x04 not unpacked"), "PostLinks.xml, line 1: This is not an XML file of a dump"),
        (
            spoilt("Users.xml", b"<!DOCTYPE users [<!ENTITY a \"aaaa\">]>\n<users><row Id=\"1\" DisplayName=\"&a;\" /></users>"),
            "Users.xml, line 1: Document types are not accepted.",
        ),
    ] {
        let error = import(&town.app.kit, folder.path(), false).await.expect_err(sentence).to_string();
        assert!(error.starts_with(sentence), "{error}");
    }
    let folder = dump(&small());
    std::fs::remove_file(folder.path().join("Tags.xml")).expect("a file");
    let error = import(&town.app.kit, folder.path(), false).await.expect_err("a file is missing").to_string();
    assert!(error.starts_with("Tags.xml, line 0: The file cannot be opened"), "{error}");
    assert!(import(&town.app.kit, Path::new("nowhere"), false).await.is_err());
    assert_eq!(everything(&town).await, before);
}

#[tokio::test]
async fn a_real_community_comes_in_whole_and_once() {
    let Some(folder) = real("stackexchange-bicycles-meta") else { return };
    let town = Town::new().await;
    let report = imported(&town, &folder).await;
    println!("{report}");
    for (query, expected) in [
        ("select count(*) from post where kind = 'question'", 453),
        ("select count(*) from post where kind = 'answer'", 971),
        ("select count(*) from comment", 2_448),
        ("select sum(score) from post_counter", 4_831),
        ("select count(*) from post where accepted_answer_id is not null", 157),
        ("select count(*) from member where import_id <> 'former'", 2_551),
        ("select count(*) from post where closed_at is not null", 15),
        ("select count(*) from award", 0),
    ] {
        assert_eq!(town.count(query).await, expected, "{query}");
    }
    let before = everything(&town).await;
    imported(&town, &folder).await;
    assert_eq!(everything(&town).await, before);
}

#[tokio::test]
async fn an_interrupted_import_goes_on_where_it_stopped() {
    let Some(folder) = real("stackexchange-bicycles-meta") else { return };
    let (whole, broken) = (Town::new().await, Town::new().await);
    imported(&whole, &folder).await;
    for stage in ["members", "answers", "comments", "votes"] {
        let reached = format!("select count(*) from import_progress where stage = '{stage}' and position >= 500");
        let stopped = wait::until_within(PATIENCE, || format!("{stage} come in"), async || broken.count(&reached).await > 0);
        tokio::select! {
            done = import(&broken.app.kit, &folder, false) => panic!("it ended before {stage}: {done:?}"),
            () = stopped => {}
        }
        broken.settle().await;
        broken.audit().await;
    }
    imported(&broken, &folder).await;
    assert_eq!(content(&broken).await, content(&whole).await);
}

/// Recall at five, over the pairs of questions that people of a real community have linked: of 173 that it took a person to
/// find, so many are shown to somebody who is about to ask.
#[tokio::test]
async fn what_was_asked_before_is_shown() {
    let Some(folder) = real("stackexchange-bicycles-meta") else { return };
    let town = Town::new().await.not_audited();
    imported(&town, &folder).await;
    town.work().await;
    let pairs = town.rows("select question_id || ' ' || related_id from post_link order by question_id, related_id").await;
    let (mut with_body, mut by_title) = (0, 0);
    for pair in &pairs {
        let (asked, linked) = pair.split_once(' ').unwrap();
        // It was not there when it was asked.
        town.sql(&format!("update search_document set published = false where post_id = '{asked}'")).await;
        let shown = async |column: &str| {
            let text = town.rows(&format!("select left({column}, 2000) from post where id = '{asked}'")).await.remove(0);
            text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>()
        };
        let (title, body) = (shown("title").await, shown("body_markdown").await);
        let finds = async |query: String| {
            let similar = town.visitor().get(&format!("/questions/similar?title={query}")).await.is(200).items();
            usize::from(similar.iter().any(|question| question["id"] == linked))
        };
        by_title += finds(title.clone()).await;
        with_body += finds(format!("{title}&body={body}")).await;
        town.sql(&format!("update search_document set published = true where post_id = '{asked}'")).await;
    }
    let share = |found: usize| found as f64 / pairs.len() as f64;
    println!("Of {} linked pairs, {:.3} are found with the body, {:.3} by the title.", pairs.len(), share(with_body), share(by_title));
    assert!(pairs.len() > 100 && share(with_body) >= 0.43 && share(by_title) >= 0.33);
}
