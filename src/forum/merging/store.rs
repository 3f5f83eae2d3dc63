//! What two members wrote and how they voted, in PostgreSQL, as they become one member and two again.

use diesel::{prelude::*, sql_types::Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::rules::{AcceptedAnswer, MovedVote};
use crate::{
    domain::{MemberId, PostId, PostKind},
    identity::merge::{
        Merge,
        rules::Moved,
        store::{bring_back, give_back, set_aside, take_over},
    },
    kit::{Conn, db::CachedExt},
    schema::post,
};

/// A table whose rows go over, the column that tells a member's rows apart, and the column that says whose they are.
#[derive(Debug)]
pub struct Rows {
    table: &'static str,
    key: &'static str,
    member: &'static str,
    /// SQL: when who stays has the like of a row `t` of who goes. That one is set aside.
    like: Option<&'static str>,
    /// What they are counted as.
    pub of: Option<Moved>,
}

const fn rows(table: &'static str, key: &'static str, member: &'static str, of: Option<Moved>, like: Option<&'static str>) -> Rows {
    Rows { table, key, member, like, of }
}

/// What goes over, but for posts, revisions, reputation, and votes that come to nothing. Elsewhere a member's id says what they
/// did as one of the staff, or whom a text calls by name, and that remains true.
pub const ROWS: &[Rows] = &[
    rows("comment", "id", "author_id", Some(Moved::Comments), None),
    rows("vote", "id", "member_id", Some(Moved::Votes), None),
    rows(
        "flag",
        "id",
        "flagger_id",
        Some(Moved::Flags),
        Some("exists (select from flag o where o.flagger_id = $2 and o.review_item_id = t.review_item_id)"),
    ),
    rows("sanction", "id", "member_id", Some(Moved::Sanctions), None),
    rows(
        "question_follow",
        "question_id",
        "member_id",
        Some(Moved::Follows),
        Some("exists (select from question_follow o where o.member_id = $2 and o.question_id = t.question_id)"),
    ),
    rows(
        "tag_follow",
        "tag_id",
        "member_id",
        Some(Moved::Follows),
        Some("exists (select from tag_follow o where o.member_id = $2 and o.tag_id = t.tag_id)"),
    ),
    rows("trust_by_hand", "member_id", "member_id", None, Some("exists (select from trust_by_hand o where o.member_id = $2)")),
    rows("post", "id", "author_id", None, None),
];

/// Moves them over. Returns how many.
pub async fn take(conn: &mut Conn, merge: &Merge, Rows { table, key, member, like, .. }: &Rows) -> QueryResult<i64> {
    if let Some(like) = like {
        set_aside(conn, merge, table, key, &format!("t.{member} = $1 and {like}")).await?;
    }
    take_over(conn, merge, table, key, member).await
}

/// Moves back the rows that [`take`] moved or set aside.
pub async fn give(conn: &mut Conn, merge: &Merge, Rows { table, key, member, like, .. }: &Rows) -> QueryResult<()> {
    give_back(conn, merge, table, key, member).await?;
    if like.is_some() {
        bring_back(conn, merge, table).await?;
    }
    Ok(())
}

/// Sets aside what each still has against the other's posts. Returns how many.
pub async fn set_own_flags_aside(conn: &mut Conn, merge: &Merge) -> QueryResult<i64> {
    let own = "t.verdict = 'open' and exists (
                 select from post p where p.id = t.post_id and (p.author_id, t.flagger_id) in (($1, $2), ($2, $1)))";
    set_aside(conn, merge, "flag", "id", own).await
}

/// Leads what either follows to the tags that stand for it by now. Whoever had a follow that went over has one again.
pub async fn settle_tag_follows(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    let text = "with wrong as (
           delete from tag_follow f using tag t
           where t.id = f.tag_id and t.synonym_of is not null and f.member_id in ($2, $3) returning f.member_id, t.synonym_of as tag_id, f.since
         ), moved as (
           select $2::uuid as member_id, t.synonym_of as tag_id, m.at as since
           from merged_row r join tag t on t.id = r.row_id join merge m on m.id = r.merge_id
           where r.merge_id = $1 and r.place = 'tag_follow.member_id' and t.synonym_of is not null
         )
         insert into tag_follow (member_id, tag_id, since)
         select member_id, tag_id, min(since) from (table wrong union all table moved) f group by 1, 2 on conflict do nothing";
    run(conn, merge, text).await
}

/// Moves revisions, which have no id of their own.
pub async fn take_revisions(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    let text = "with moved as (update revision set editor_id = $3 where editor_id = $2 returning post_id, number)
         insert into merged_row (merge_id, place, row_id, was)
         select $1, 'revision.editor_id', post_id, jsonb_build_object('number', number) from moved";
    run(conn, merge, text).await
}

/// Moves back the revisions that [`take_revisions`] moved.
pub async fn give_revisions(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    let text = "update revision t set editor_id = $2 from merged_row r
         where r.merge_id = $1 and r.place = 'revision.editor_id' and t.post_id = r.row_id and t.number = (r.was ->> 'number')::int
           and t.editor_id = $3";
    run(conn, merge, text).await
}

/// `$1` is the merge, `$2` who goes and `$3` who stays.
async fn run(conn: &mut Conn, merge: &Merge, text: &'static str) -> QueryResult<()> {
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(merge.id)
        .bind::<SqlUuid, _>(merge.from)
        .bind::<SqlUuid, _>(merge.into)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Locks all that both wrote, and what votes that come or go are for: each question before its answers.
pub async fn lock_posts(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    let text = "select from post where id in (
           select unnest(array[p.id, p.question_id]) from post p
           where p.author_id in ($2, $3) or p.id in (select post_id from vote where member_id = $2)
              or p.id in (select (was ->> 'post_id')::uuid from merged_row where merge_id = $1 and place = 'vote'))
         order by question_id, kind desc, id for no key update";
    run(conn, merge, text).await
}

/// SQL: counts `votes` (`v`) into the votes of their posts, or out of them, as `sign` says, and selects them with their
/// posts.
macro_rules! counted_votes {
    ($votes:literal, $sign:literal) => {
        concat!(
            "with v as (", $votes, "), counted as (
               update post_counter pc set up_votes = up_votes ", $sign, " c.up, down_votes = down_votes ", $sign, " c.down
               from (select post_id, count(*) filter (where value = 1) as up, count(*) filter (where value = -1) as down from v group by 1) c
               where pc.post_id = c.post_id
             )
             select v.id as vote_id, v.member_id as voter_id, v.value, v.cast_at, p.id as post_id, p.kind, p.question_id, p.author_id,
                    p.group_id
             from v join post p on p.id = v.post_id order by v.cast_at, v.id"
        )
    };
}

/// Sets aside the votes of each for the other's posts, and those of who goes where who stays voted, too.
pub async fn set_votes_aside(conn: &mut Conn, merge: &Merge) -> QueryResult<Vec<MovedVote>> {
    let text = counted_votes!(
        "delete from vote v using post p
         where p.id = v.post_id and (
           v.member_id = $2 and (p.author_id = $3 or exists (select from vote o where o.post_id = p.id and o.member_id = $3))
           or v.member_id = $3 and p.author_id = $2)
         returning v.*), noted as (
         insert into merged_row (merge_id, place, row_id, was) select $1, 'vote', id, to_jsonb(v) from v",
        "-"
    );
    votes(conn, merge, text).await
}

/// Casts them again, but for those whose voter has voted there since. Their ids are new: the old ones are of votes that were
/// taken back.
pub async fn cast_votes_again(conn: &mut Conn, merge: &Merge) -> QueryResult<Vec<MovedVote>> {
    let text = counted_votes!(
        "insert into vote (id, post_id, member_id, value, cast_at, import_source, import_id, voter_trust)
         select gen_random_uuid(), w.post_id, w.member_id, w.value, w.cast_at, w.import_source, w.import_id, w.voter_trust
         from merged_row r cross join lateral jsonb_populate_record(null::vote, r.was) w
         where r.merge_id = $1 and r.place = 'vote' on conflict do nothing returning *",
        "+"
    );
    votes(conn, merge, text).await
}

async fn votes(conn: &mut Conn, merge: &Merge, text: &'static str) -> QueryResult<Vec<MovedVote>> {
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(merge.id)
        .bind::<SqlUuid, _>(merge.from)
        .bind::<SqlUuid, _>(merge.into)
        .cached()
        .load(conn)
        .await
}

/// The accepted answers of both, their own questions' included.
pub async fn find_accepted(conn: &mut Conn, merge: &Merge) -> QueryResult<Vec<AcceptedAnswer>> {
    diesel::sql_query(
        "select a.id as post_id, a.question_id, a.author_id, q.author_id as asker_id, a.group_id, q.accepted_at
         from post a join post q on q.id = a.question_id and q.accepted_answer_id = a.id
         where a.author_id in ($1, $2) order by a.id",
    )
    .bind::<SqlUuid, _>(merge.from)
    .bind::<SqlUuid, _>(merge.into)
    .cached()
    .load(conn)
    .await
}

/// Lets review items weigh what their flags weigh, of which the merge set some aside or brought them back. These have the
/// verdict of their item, which may have been decided meanwhile.
pub async fn weigh_anew(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    let verdicts = "update flag f set verdict = case when i.decision is null then 'open' when i.decision = 'approve' then 'declined'
                                                     when i.decision = 'dismiss' then 'dismissed' else 'upheld' end
         from merged_row r, review_item i
         where r.merge_id = $1 and r.place = 'flag' and f.id = r.row_id and i.id = f.review_item_id";
    run(conn, merge, verdicts).await?;
    let weights = "update review_item i set version = i.version + 1,
           weight = (select coalesce(sum(f.weight), 0) from flag f where f.review_item_id = i.id)
         where i.state <> 'decided' and i.id in (
           select (was ->> 'review_item_id')::uuid from merged_row where merge_id = $1 and place = 'flag')";
    run(conn, merge, weights).await
}

/// Lets levels set by hand hold for those whose they are now.
pub async fn hold_trust(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    let text = "update member m set trust = t.trust from trust_by_hand t where t.member_id = m.id and m.id in ($2, $3)";
    run(conn, merge, text).await
}

/// The questions in whose threads they wrote.
pub async fn find_questions(conn: &mut Conn, merge: &Merge) -> QueryResult<Vec<PostId>> {
    let theirs = post::table.filter(post::author_id.eq_any([merge.from, merge.into]));
    theirs.select(post::question_id).distinct().load(conn).await
}

/// How many posts of a kind a member wrote.
pub async fn count_posts(conn: &mut Conn, author: MemberId, kind: PostKind) -> QueryResult<i64> {
    post::table.filter(post::author_id.eq(author)).filter(post::kind.eq(kind)).count().get_result(conn).await
}
