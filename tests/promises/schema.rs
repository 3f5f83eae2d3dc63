//! The schema: migrations go up, down and up again, and src/schema/tables.rs says what they make.

use std::collections::BTreeSet;

use crate::support::Town;

const COLUMNS: &str = "select table_name || '.' || column_name || ' ' || udt_name || case is_nullable when 'YES' then '?' else '' end
    from information_schema.columns where table_schema = 'public' and table_name not like '\\_\\_%' order by 1";

/// How diesel calls PostgreSQL's types.
const TYPES: &[(&str, &str)] = &[
    ("Uuid", "uuid"),
    ("Text", "text"),
    ("Int2", "int2"),
    ("Int4", "int4"),
    ("Int8", "int8"),
    ("Float8", "float8"),
    ("Bool", "bool"),
    ("Timestamptz", "timestamptz"),
    ("Date", "date"),
    ("Bytea", "bytea"),
    ("Jsonb", "jsonb"),
    ("Tsvector", "tsvector"),
    ("Xid8", "xid8"),
    ("Array<Uuid>", "_uuid"),
    ("Array<Text>", "_text"),
];

#[tokio::test]
async fn schema_rs_is_what_the_migrations_make() {
    let town = Town::new().await;
    let made: BTreeSet<String> = town.rows(COLUMNS).await.into_iter().collect();
    let text = include_str!("../../src/schema/tables.rs");
    let mut written = BTreeSet::new();
    let mut table = String::new();
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            table = name.to_owned();
        } else if let Some((column, kind)) =
            line.trim_end_matches(',').split_once(" -> ").filter(|(name, _)| !name.contains(' ') && !name.contains('!'))
        {
            let inner = kind.strip_prefix("Nullable<").map(|kind| kind.trim_end_matches('>'));
            let name = TYPES.iter().find(|(diesel, _)| *diesel == inner.unwrap_or(kind)).map_or(kind, |(_, name)| name);
            let column = column.trim_start_matches("r#");
            written.insert(format!("{table}.{column} {name}{}", if inner.is_some() { "?" } else { "" }));
        }
    }
    let differences: Vec<_> = made.symmetric_difference(&written).collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_down_and_up() {
    let town = Town::new().await.not_audited();
    let before = town.rows(COLUMNS).await;
    assert!(before.len() > 100);
    regulars::kit::db::revert_all(town.database_url()).await.expect("they go down");
    assert_eq!(town.rows(COLUMNS).await, Vec::<String>::new());
    assert_eq!(
        town.count("select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public'").await,
        0
    );
    regulars::kit::db::migrate(town.database_url()).await.expect("they go up again");
    assert_eq!(town.rows(COLUMNS).await, before);
}

/// What nobody sees of a name, the code and the database leave out alike.
#[tokio::test]
async fn what_has_no_width_is_the_same_in_sql() {
    let town = Town::new().await;
    let text = "select n from generate_series(1, 1114111) n where n not between 55296 and 57343 and tidy_name(chr(n)) = '' order by n";
    let in_sql: Vec<u32> = town.rows(text).await.iter().map(|n| n.parse().unwrap()).collect();
    let in_code: Vec<u32> =
        (1..=0x10_ffff).filter(|n| char::from_u32(*n).is_some_and(|c| regulars::kit::text::tidy(&c.to_string()).is_empty())).collect();
    assert_eq!(in_sql, in_code);
}
