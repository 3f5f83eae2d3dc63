//! What must always hold of tags that stand for others.

use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::store;
use crate::kit::{
    Kit, Problem,
    db::take_time,
    verify::{Check, Repair},
};

const LEADS_ON: &str = "A synonym stands for a tag that stands for itself.";
const KEEPS: &str = "A synonym has no questions and no followers: its tag has them.";

/// What must always hold of synonyms.
pub static CHECKS: &[Check] = &[
    Check {
        name: LEADS_ON,
        sql: "select t.name || ' for ' || s.name as violation from tag t join tag s on s.id = t.synonym_of where s.synonym_of is not null",
    },
    Check {
        name: KEEPS,
        sql: "select t.name || ' has ' || u.what as violation from tag t
              join (select tag_id, 'questions' as what from question_tag union select tag_id, 'followers' from tag_follow) u on u.tag_id = t.id
              where t.synonym_of is not null",
    },
];

/// Leads synonyms of synonyms to the end, with their questions and followers.
pub static REPAIRS: &[Repair] = &[Repair { of: &[LEADS_ON, KEEPS], run: |kit| Box::pin(lead_to_the_end(kit)) }];

/// Of a circle, the tag that most questions have stands for itself; the first by name where that is not decided.
const OPEN_CIRCLES: &str = "
  with recursive way (start, at, path) as (
    select id, synonym_of, array[id] from tag where synonym_of is not null
    union all
    select w.start, t.synonym_of, w.path || t.id from way w join tag t on t.id = w.at
    where t.synonym_of is not null and w.at <> all (w.path)
  ), circle as (
    select start, (select min(id::text) from unnest(path) id) as circle from way where at = start
  ), chosen as (
    select distinct on (c.circle) c.start from circle c join tag t on t.id = c.start
    order by c.circle, (select count(*) from question_tag q where q.tag_id = t.id) desc, t.name
  )
  update tag set synonym_of = null where id in (select start from chosen)";

/// Whatever stands for a synonym stands for what that stands for.
const SHORTEN: &str = "
  with recursive way (start, at) as (
    select id, synonym_of from tag where synonym_of is not null
    union all
    select w.start, t.synonym_of from way w join tag t on t.id = w.at where t.synonym_of is not null
  )
  update tag t set synonym_of = w.at from way w join tag e on e.id = w.at and e.synonym_of is null
  where t.id = w.start and t.synonym_of <> w.at";

const HAND_OVER: [&str; 2] = [
    "with gone as (delete from question_tag q using tag t where t.id = q.tag_id and t.synonym_of is not null returning q.question_id, t.synonym_of)
     insert into question_tag (question_id, tag_id) select question_id, synonym_of from gone on conflict do nothing",
    "with gone as (delete from tag_follow f using tag t where t.id = f.tag_id and t.synonym_of is not null returning f.member_id, f.since, t.synonym_of)
     insert into tag_follow (member_id, tag_id, since) select member_id, synonym_of, min(since) from gone group by 1, 2 on conflict do nothing",
];

async fn lead_to_the_end(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    take_time(&mut tx).await?;
    let tags = store::lock_synonyms(&mut tx).await?;
    let mut rows = 0;
    for statement in [OPEN_CIRCLES, SHORTEN] {
        rows += diesel::sql_query(statement).execute(&mut *tx).await?;
    }
    let left = store::count_of_synonyms(&mut tx).await?;
    for statement in HAND_OVER {
        tx.batch_execute(statement).await?;
    }
    store::recount(&mut tx, &tags).await?;
    tx.commit().await?;
    Ok(rows as u64 + left)
}
