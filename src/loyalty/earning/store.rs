//! Earning rules in PostgreSQL.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{
    rules::Rule,
    terms::{Cap, Terms, Trigger},
};
use crate::{
    domain::{MemberId, RuleId, RuleVersionId},
    identity::site_settings,
    kit::{Conn, Problem, db::CachedExt, pagination::Request},
    schema::{earning_rule, earning_rule_version},
};

/// A rule with the terms of one of its versions.
#[derive(QueryableByName, Clone, Debug)]
pub struct VersionRow {
    #[diesel(sql_type = SqlUuid)]
    pub rule_id: RuleId,
    #[diesel(sql_type = SqlUuid)]
    pub version_id: RuleVersionId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub trigger: Trigger,
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Jsonb)]
    pub terms: Value,
    #[diesel(sql_type = Timestamptz)]
    pub valid_from: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub valid_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub archived_at: Option<DateTime<Utc>>,
}

impl VersionRow {
    /// The version as rules want it; 500 where its stored terms cannot be read.
    pub fn rule(self) -> Result<Rule, Problem> {
        let terms = serde_json::from_value(self.terms).map_err(Problem::internal)?;
        Ok(Rule { rule_id: self.rule_id, version_id: self.version_id, name: self.name, trigger: self.trigger, terms })
    }
}

/// SQL: versions `v` of rules `r`; a condition follows.
macro_rules! version_columns {
    () => {
        "select r.id as rule_id, v.id as version_id, r.name, r.trigger, v.number, v.terms, v.valid_from, v.valid_until, v.created_at, r.archived_at
         from earning_rule r join earning_rule_version v on v.rule_id = r.id "
    };
}

/// Every version of some rules: for imports and listeners, which look at many dates.
pub struct RuleBook(Vec<(DateTime<Utc>, Option<DateTime<Utc>>, Rule)>);

impl RuleBook {
    /// Reads all versions of the rules for these triggers, archived ones included.
    pub async fn read(conn: &mut Conn, triggers: &[Trigger]) -> Result<Self, Problem> {
        let triggers: Vec<&str> = triggers.iter().map(|trigger| trigger.as_str()).collect();
        let rows: Vec<VersionRow> = diesel::sql_query(concat!(version_columns!(), "where r.trigger = any($1) order by r.id, v.number"))
            .bind::<Array<Text>, _>(triggers)
            .cached()
            .load(conn)
            .await?;
        let version = |row: VersionRow| Ok((row.valid_from, row.valid_until, row.rule()?));
        rows.into_iter().map(version).collect::<Result<_, Problem>>().map(Self)
    }

    /// The version of this id; None where the book has not read it.
    pub fn version(&self, id: RuleVersionId) -> Option<Rule> {
        self.0.iter().find(|(.., rule)| rule.version_id == id).map(|(.., rule)| rule.clone())
    }

    /// The rules for `trigger` that were valid at an instant.
    pub fn at(&self, trigger: Trigger, at: DateTime<Utc>) -> Vec<Rule> {
        let valid = |(from, until, rule): &&(DateTime<Utc>, Option<DateTime<Utc>>, Rule)| {
            rule.trigger == trigger && *from <= at && until.is_none_or(|end| at < end)
        };
        self.0.iter().filter(valid).map(|(.., rule)| rule.clone()).collect()
    }
}

/// The rules for `trigger` as they stood, or will stand, at an instant.
pub async fn find_valid(conn: &mut Conn, trigger: Trigger, at: DateTime<Utc>) -> Result<Vec<Rule>, Problem> {
    let rows: Vec<VersionRow> = diesel::sql_query(concat!(
        version_columns!(),
        "where r.trigger = $1 and v.valid_from <= $2 and (v.valid_until is null or v.valid_until > $2) order by r.id"
    ))
    .bind::<Text, _>(trigger)
    .bind::<Timestamptz, _>(at)
    .cached()
    .load(conn)
    .await?;
    rows.into_iter().map(VersionRow::rule).collect()
}

/// All rules as they stand at an instant, and when those terms end.
pub async fn find_in_force(conn: &mut Conn, at: DateTime<Utc>) -> Result<Vec<(Rule, Option<DateTime<Utc>>)>, Problem> {
    let rows: Vec<VersionRow> = diesel::sql_query(concat!(
        version_columns!(),
        "where v.valid_from <= $1 and (v.valid_until is null or v.valid_until > $1) order by r.id"
    ))
    .bind::<Timestamptz, _>(at)
    .cached()
    .load(conn)
    .await?;
    let in_force = |row: VersionRow| {
        let until = row.valid_until;
        Ok((row.rule()?, until))
    };
    rows.into_iter().map(in_force).collect()
}

/// The latest version of each rule, by id.
pub async fn list(conn: &mut Conn, request: &Request<()>) -> QueryResult<Vec<VersionRow>> {
    let (order, than) = if request.back() { ("desc", "<") } else { ("asc", ">") };
    diesel::sql_query(format!(
        "{}where v.number = (select max(number) from earning_rule_version where rule_id = r.id) and ($1 is null or r.id {than} $1)
         order by r.id {order} limit $2",
        version_columns!()
    ))
    .bind::<Nullable<SqlUuid>, _>(request.seek.as_ref().map(|seek| seek.id))
    .bind::<BigInt, _>(request.rows())
    .load(conn)
    .await
}

/// The versions of a rule, newest first.
pub async fn list_versions(conn: &mut Conn, rule_id: RuleId, request: &Request<i32>) -> QueryResult<Vec<VersionRow>> {
    let (order, than) = if request.back() { ("asc", ">") } else { ("desc", "<") };
    diesel::sql_query(format!(
        "{}where r.id = $1 and ($2 is null or v.number {than} $2) order by v.number {order} limit $3",
        version_columns!()
    ))
    .bind::<SqlUuid, _>(rule_id)
    .bind::<Nullable<Int4>, _>(request.seek.as_ref().map(|seek| seek.key))
    .bind::<BigInt, _>(request.rows())
    .load(conn)
    .await
}

/// A rule in its latest version, locked against other edits.
pub async fn find_latest(conn: &mut Conn, rule_id: RuleId) -> QueryResult<Option<VersionRow>> {
    let locked = earning_rule::table.find(rule_id).select(earning_rule::id).for_update().first::<RuleId>(conn).await.optional()?;
    if locked.is_none() {
        return Ok(None);
    }
    let rows: Vec<VersionRow> = diesel::sql_query(concat!(version_columns!(), "where r.id = $1 order by v.number desc limit 1"))
        .bind::<SqlUuid, _>(rule_id)
        .load(conn)
        .await?;
    Ok(rows.into_iter().next())
}

/// False when another rule has the name.
pub async fn insert_rule(conn: &mut Conn, id: RuleId, name: &str, trigger: Trigger, now: DateTime<Utc>) -> QueryResult<bool> {
    let rows = diesel::insert_into(earning_rule::table)
        .values((earning_rule::id.eq(id), earning_rule::name.eq(name), earning_rule::trigger.eq(trigger), earning_rule::created_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(rows == 1)
}

/// A version to be inserted, valid from `valid_from` until before `valid_until`.
pub struct NewVersion<'a> {
    pub rule_id: RuleId,
    pub number: i32,
    pub terms: &'a Terms,
    pub valid_from: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    /// None: the programme itself.
    pub created_by: Option<MemberId>,
}

/// Inserts a version of a rule, and returns its new id.
pub async fn insert_version(conn: &mut Conn, version: NewVersion<'_>, now: DateTime<Utc>) -> Result<RuleVersionId, Problem> {
    let id = RuleVersionId::new();
    diesel::insert_into(earning_rule_version::table)
        .values((
            earning_rule_version::id.eq(id),
            earning_rule_version::rule_id.eq(version.rule_id),
            earning_rule_version::number.eq(version.number),
            earning_rule_version::terms.eq(serde_json::to_value(version.terms).map_err(Problem::internal)?),
            earning_rule_version::valid_from.eq(version.valid_from),
            earning_rule_version::valid_until.eq(version.valid_until),
            earning_rule_version::created_by.eq(version.created_by),
            earning_rule_version::created_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(id)
}

/// Ends a version where the next begins.
pub async fn end_version(conn: &mut Conn, id: RuleVersionId, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(earning_rule_version::table.find(id)).set(earning_rule_version::valid_until.eq(at)).execute(conn).await?;
    Ok(())
}

/// Ends a rule: no version of it is valid from `now` on. Those that have not begun go.
pub async fn archive(conn: &mut Conn, rule_id: RuleId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(earning_rule::table.find(rule_id)).set(earning_rule::archived_at.eq(now)).execute(conn).await?;
    // A version must last; the shortest that time knows is a microsecond.
    diesel::sql_query(
        "update earning_rule_version set valid_until = greatest($2, valid_from + interval '1 microsecond')
         where rule_id = $1 and (valid_until is null or valid_until > $2)",
    )
    .bind::<SqlUuid, _>(rule_id)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct CapRow {
    #[diesel(sql_type = SqlUuid)]
    id: RuleVersionId,
    #[diesel(sql_type = Jsonb)]
    cap: Value,
}

/// The caps of those of these versions that have one.
pub async fn find_caps(conn: &mut Conn, versions: &[RuleVersionId]) -> Result<HashMap<RuleVersionId, Cap>, Problem> {
    let rows: Vec<CapRow> = diesel::sql_query(
        "select id, terms -> 'cap' as cap from earning_rule_version where id = any($1) and jsonb_typeof(terms -> 'cap') = 'object'",
    )
    .bind::<Array<SqlUuid>, _>(versions)
    .cached()
    .load(conn)
    .await?;
    let cap = |row: CapRow| Ok((row.id, serde_json::from_value(row.cap).map_err(Problem::internal)?));
    rows.into_iter().map(cap).collect()
}

/// The rules that a programme begins with. Nothing happens where there are rules already.
pub async fn ensure_default_rules(conn: &mut Conn, now: DateTime<Utc>) -> Result<(), Problem> {
    let currency = site_settings::store::find(conn).await?.currency;
    let rule = |points, qualifies, times_per_day| Terms { points, qualifies, times_per_day, ..Terms::default() };
    let defaults = [
        ("Purchases", Trigger::Purchase, rule(1, true, None).in_currency(Trigger::Purchase, &currency)),
        ("Accepted answers", Trigger::AnswerAccepted, rule(10, true, Some(3))),
        ("Votes for answers", Trigger::AnswerUpvoted, rule(2, true, Some(10))),
        ("Recommending us", Trigger::ReferralAdvocate, rule(100, false, None)),
        ("Being recommended", Trigger::ReferralReferee, rule(50, false, None)),
    ];
    let ids: Vec<Uuid> = defaults.iter().map(|_| RuleId::new().0).collect();
    let versions: Vec<Uuid> = defaults.iter().map(|_| RuleVersionId::new().0).collect();
    let names: Vec<&str> = defaults.iter().map(|(name, ..)| *name).collect();
    let triggers: Vec<&str> = defaults.iter().map(|(_, trigger, _)| trigger.as_str()).collect();
    let terms: Vec<Value> =
        defaults.iter().map(|(.., terms)| serde_json::to_value(terms)).collect::<Result<_, _>>().map_err(Problem::internal)?;
    diesel::sql_query(
        "with made as (
           insert into earning_rule (id, name, trigger, created_at)
           select id, name, trigger, $6 from unnest($1::uuid[], $2::text[], $3::text[]) as d (id, name, trigger)
           where not exists (select from earning_rule)
           on conflict do nothing returning id
         )
         insert into earning_rule_version (id, rule_id, number, terms, valid_from, created_at)
         select d.version_id, made.id, 1, d.terms, 'epoch', $6
         from made join unnest($1::uuid[], $4::uuid[], $5::jsonb[]) as d (id, version_id, terms) on d.id = made.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(names)
    .bind::<Array<Text>, _>(triggers)
    .bind::<Array<SqlUuid>, _>(versions)
    .bind::<Array<Jsonb>, _>(terms)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}
