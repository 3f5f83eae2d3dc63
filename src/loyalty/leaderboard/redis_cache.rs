//! Copies of boards in Redis, which answer ranks in logarithmic time.
//!
//! A copy is a sorted set of marks (`order`), a hash from member to mark (`marks`), and `version`: the board's version
//! that it shows and how many places it has. A mark sorts equals: earlier scores first, then smaller ids. A copy is used
//! only while its version is the board's and all its places are there; so Redis may lose, forget or restore what it likes.
//! Its name has the database's epoch in it: a database that went back to an earlier point counts the same versions again.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt};
use redis::{RedisResult, Script, aio::ConnectionLike};
use uuid::Uuid;

use super::{
    rules::Stretch,
    standings::{self, Board, BoardEntry},
};
use crate::{
    domain::{LeaderboardId, MemberId},
    kit::{Conn, Kit, Problem},
};

const TTL_S: i64 = 2 * 86_400;
/// A copy that has more than this to learn is made anew.
const CHANGES_MAX: usize = 5_000;
/// A copy learns so many rows while a request waits; more of them in the background.
const ROWS_PER_STEP: usize = 500;
const STEP_BUDGET: Duration = Duration::from_secs(2);
/// Redis keeps scores as doubles, which are exact up to 2^53.
const SCORE_MAX: i64 = 1 << 53;

/// Members of one board, asked for by position or around one of them.
#[derive(Clone, Copy)]
pub enum Window {
    Top { most: usize, me: Option<MemberId> },
    Around { me: MemberId, reach: usize },
}

/// Reads copies, and keeps them up to date.
#[derive(Clone)]
pub struct RedisCache {
    kit: Kit,
    /// Boards whose copies are in the making.
    busy: Arc<Mutex<HashSet<LeaderboardId>>>,
}

enum Read {
    Current(Stretch),
    /// The version that the copy shows.
    Behind(i64),
    Absent,
}

/// KEYS version order marks. ARGV version; `top` or `around`; how many; me or nothing.
static READ: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local version, places = (redis.call('GET', KEYS[1]) or ''):match('^(%d+):(%d+)$')
        if not version or redis.call('ZCARD', KEYS[2]) ~= tonumber(places) or redis.call('HLEN', KEYS[3]) ~= tonumber(places) then
          return {'absent'}
        end
        if version ~= ARGV[1] then return {'behind', version} end
        local function higher(score) return redis.call('ZCOUNT', KEYS[2], '(' .. score, '+inf') end
        local many, mark = tonumber(ARGV[3]), ARGV[4] ~= '' and redis.call('HGET', KEYS[3], ARGV[4])
        local mine = mark and redis.call('ZSCORE', KEYS[2], mark)
        local first, last = 0, many - 1
        if ARGV[2] == 'around' then
          if not mine then return {'current', '0', '0', '', ''} end
          local at = redis.call('ZREVRANK', KEYS[2], mark)
          first, last = math.max(0, at - many), at + many
        end
        local rows = redis.call('ZREVRANGE', KEYS[2], first, last, 'WITHSCORES')
        local above = rows[2] and higher(rows[2]) or 0
        return {'current', tostring(first), tostring(above), mine or '', mine and tostring(higher(mine) + 1) or '', unpack(rows)}
        ",
    )
});

/// KEYS version order marks. ARGV version before; version after; ttl; then member, mark or nothing, score for each change.
static LEARN: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local version = (redis.call('GET', KEYS[1]) or ''):match('^(%d+):')
        if version ~= ARGV[1] then return 0 end
        for i = 4, #ARGV, 3 do
          local old = redis.call('HGET', KEYS[3], ARGV[i])
          if old then redis.call('ZREM', KEYS[2], old) redis.call('HDEL', KEYS[3], ARGV[i]) end
          if ARGV[i + 1] ~= '' then
            redis.call('ZADD', KEYS[2], ARGV[i + 2], ARGV[i + 1])
            redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
          end
        end
        redis.call('SET', KEYS[1], ARGV[2] .. ':' .. redis.call('ZCARD', KEYS[2]))
        for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[3]) end
        return 1
        ",
    )
});

/// KEYS version order marks, new order, new marks. ARGV version; places; ttl. Keeps a newer copy that is there already.
static REPLACE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local places = tonumber(ARGV[2])
        local whole = redis.call('ZCARD', KEYS[4]) == places and redis.call('HLEN', KEYS[5]) == places
        if not whole then redis.call('DEL', KEYS[4], KEYS[5]) return 0 end
        redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
        if places > 0 then
          redis.call('RENAME', KEYS[4], KEYS[2])
          redis.call('RENAME', KEYS[5], KEYS[3])
        end
        redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2])
        for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[3]) end
        return 1
        ",
    )
});

/// All with the same braces: one slot of a cluster.
fn keys(Board { id, epoch, .. }: Board) -> [String; 3] {
    ["version", "order", "marks"].map(|part| format!("regulars:leaderboard:{{{id}}}:{epoch:x}:{part}"))
}

/// Sorts descending as boards do: earlier `reached_at` first, then smaller id.
fn mark(member_id: MemberId, reached_at: DateTime<Utc>) -> Vec<u8> {
    // Times before 1970 sort too: the sign bit is flipped.
    let micros = (reached_at.timestamp_micros() as u64) ^ (1 << 63);
    let mut mark = (!micros).to_be_bytes().to_vec();
    mark.extend(member_id.0.as_bytes().iter().map(|byte| !byte));
    mark
}

fn member_of(mark: &[u8]) -> Option<MemberId> {
    let id: Vec<u8> = mark.get(8..)?.iter().map(|byte| !byte).collect();
    Uuid::from_slice(&id).ok().map(MemberId)
}

/// The reply of `READ`; None when it makes no sense.
fn parse(reply: &[Vec<u8>]) -> Option<Read> {
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse::<i64>().ok();
    match reply.first()?.as_slice() {
        b"behind" => Some(Read::Behind(number(reply.get(1)?)?)),
        b"current" => {
            let [before, higher, mine, rank] = reply.get(1..5)? else { return None };
            let me = match mine.is_empty() {
                true => None,
                false => Some((number(rank)?, number(mine)?)),
            };
            let places = reply[5..].chunks(2).map(|pair| Some((member_of(&pair[0])?, number(pair.get(1)?)?))).collect::<Option<_>>()?;
            Some(Read::Current(Stretch { places, before: number(before)?, higher: number(higher)?, me }))
        }
        _ => Some(Read::Absent),
    }
}

impl RedisCache {
    /// A cache whose copies are made and read with this kit's Redis and database.
    pub fn new(kit: Kit) -> Self {
        Self { kit, busy: Arc::default() }
    }

    /// What the copy answers; None means ask PostgreSQL.
    pub async fn read(&self, conn: &mut Conn, board: Board, wanted: Window) -> Result<Option<Stretch>, Problem> {
        match self.look(board, wanted).await {
            None => Ok(None),
            Some(Read::Current(stretch)) => Ok(Some(stretch)),
            // A newer copy than what we read of the board: another server was quicker. A restored database too.
            Some(Read::Behind(version)) if version < board.version => {
                let changes = standings::changes(conn, board.id, version, CHANGES_MAX + 1).await?;
                let Some(now) = changes.first().map(|row| row.board_version) else {
                    // The board went on without any row of it changing; the copy is good when it says so.
                    self.learn(board, version, board.version, &[]).await;
                    return Ok(None);
                };
                if changes.len() > ROWS_PER_STEP {
                    self.make_beside(board.id);
                    return Ok(None);
                }
                self.learn(board, version, now, &changes).await;
                match self.look(Board { version: now, ..board }, wanted).await {
                    Some(Read::Current(stretch)) => Ok(Some(stretch)),
                    _ => Ok(None),
                }
            }
            Some(Read::Behind(_) | Read::Absent) => {
                self.make_beside(board.id);
                Ok(None)
            }
        }
    }

    async fn look(&self, board: Board, wanted: Window) -> Option<Read> {
        let (how, many, me) = match wanted {
            Window::Top { most, me } => ("top", most, me),
            Window::Around { me, reach } => ("around", reach, Some(me)),
        };
        let reply: Vec<Vec<u8>> = self
            .kit
            .redis
            .run(|mut connection| async move {
                let mut call = READ.prepare_invoke();
                keys(board).iter().for_each(|key| {
                    call.key(key);
                });
                call.arg(board.version).arg(how).arg(many).arg(me.map(|me| me.0.as_bytes().to_vec()).unwrap_or_default());
                call.invoke_async(&mut connection).await
            })
            .await?;
        parse(&reply)
    }

    /// Tells the copy what changed from `before` to `after`, unless somebody else has.
    async fn learn(&self, board: Board, before: i64, after: i64, changes: &[BoardEntry]) {
        if changes.iter().any(|row| row.score > SCORE_MAX) {
            return;
        }
        let learnt: Option<i64> = self
            .kit
            .redis
            .run(|mut connection| async move {
                let mut call = LEARN.prepare_invoke();
                keys(board).iter().for_each(|key| {
                    call.key(key);
                });
                call.arg(before).arg(after).arg(TTL_S);
                for row in changes {
                    let mark = if row.shown { mark(row.member_id, row.reached_at) } else { Vec::new() };
                    call.arg(row.member_id.0.as_bytes()).arg(mark).arg(row.score);
                }
                call.invoke_async(&mut connection).await
            })
            .await;
        tracing::debug!(board = %board.id, before, after, ?learnt, "a copy of a leaderboard learns");
    }

    /// Makes a copy in the background; one at a time for each board.
    fn make_beside(&self, board: LeaderboardId) {
        let fresh = self.busy.lock().map(|mut busy| busy.insert(board)).unwrap_or(false);
        if !fresh {
            return;
        }
        let copies = self.clone();
        tokio::spawn(async move {
            if let Err(problem) = copies.make(board).await {
                tracing::warn!(%problem, %board, "no copy of a leaderboard");
            }
            if let Ok(mut busy) = copies.busy.lock() {
                busy.remove(&board);
            }
        });
    }

    async fn make(&self, id: LeaderboardId) -> Result<(), Problem> {
        let mut tx = self.kit.db.begin().await?;
        let Some(board) = standings::find_by_id(&mut tx, id).await? else { return Ok(()) };
        let mut version = board.version;
        let fresh = Uuid::now_v7();
        let [_, order, marks] = keys(board).map(|key| format!("{key}:{fresh}"));
        let mut places = 0;
        {
            let mut chunks = std::pin::pin!(standings::all_rows(&mut tx, id).await?.try_chunks(ROWS_PER_STEP));
            while let Some(rows) = chunks.next().await {
                let rows = rows.map_err(|error| error.1)?;
                if rows.iter().any(|row| row.score > SCORE_MAX) {
                    return Ok(());
                }
                version = rows.first().map_or(version, |row| row.board_version);
                places += rows.len();
                let (order, marks) = (&order, &marks);
                let step = |mut connection| async move { place(&mut connection, order, marks, &rows).await };
                if self.kit.redis.run_within(STEP_BUDGET, step).await.is_none() {
                    return Ok(());
                }
            }
        }
        let replaced: Option<i64> = self
            .kit
            .redis
            .run_within(STEP_BUDGET, |mut connection| async move {
                let mut call = REPLACE.prepare_invoke();
                keys(board).iter().chain([&order, &marks]).for_each(|key| {
                    call.key(key);
                });
                call.arg(version).arg(places).arg(TTL_S).invoke_async(&mut connection).await
            })
            .await;
        tracing::debug!(board = %id, version, places, ?replaced, "a copy of a leaderboard is made");
        Ok(())
    }
}

async fn place(connection: &mut impl ConnectionLike, order: &str, marks: &str, rows: &[BoardEntry]) -> RedisResult<()> {
    let mut pipe = redis::pipe();
    let (mut scored, mut marked) = (redis::cmd("ZADD"), redis::cmd("HSET"));
    scored.arg(order);
    marked.arg(marks);
    for row in rows {
        let mark = mark(row.member_id, row.reached_at);
        scored.arg(row.score).arg(&mark);
        marked.arg(row.member_id.0.as_bytes()).arg(&mark);
    }
    // An unfinished copy goes by itself.
    pipe.add_command(scored).add_command(marked);
    pipe.cmd("EXPIRE").arg(order).arg(600).cmd("EXPIRE").arg(marks).arg(600);
    pipe.exec_async(connection).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_sort_as_boards_do() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (a, b) = (MemberId(Uuid::from_u128(1)), MemberId(Uuid::from_u128(2)));
        let best_first = [
            (b, at("1969-07-20T20:17:00Z")),
            (b, at("2026-01-01T09:59:00Z")),
            (a, at("2026-01-01T10:00:00Z")),
            (b, at("2026-01-01T10:00:00Z")),
        ];
        let marks = best_first.map(|(member, reached_at)| mark(member, reached_at));
        assert!(marks.is_sorted_by(|above, below| above > below));
        assert_eq!(marks.map(|mark| member_of(&mark)), best_first.map(|(member, _)| Some(member)));
    }
}
