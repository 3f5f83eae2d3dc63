//! Reading leaderboards.

use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    redis_cache::{RedisCache, Window},
    rules::{AROUND_MAX, BoardKey, PLACES_DEFAULT, PLACES_MAX, Refusal, Stretch, ranks},
    standings,
};
use crate::{
    domain::{ApiTag, Metric, Period, programme_day},
    identity::{Actor, Visitor},
    kit::{Kit, Problem},
};

/// The operation that reads a leaderboard.
pub struct LeaderboardApi {
    kit: Kit,
    cache: RedisCache,
}

impl LeaderboardApi {
    /// Boards from PostgreSQL, or from their copies in Redis.
    pub fn new(kit: &Kit) -> Self {
        Self { kit: kit.clone(), cache: RedisCache::new(kit.clone()) }
    }
}

/// A member's public name.
#[derive(Object)]
struct RankedMember {
    handle: String,
    display_name: String,
}

/// A place on a board.
#[derive(Object)]
struct LeaderboardEntry {
    /// Equals share a rank, and the next one counts everybody before: 1, 2, 2, 4.
    rank: i64,
    score: i64,
    member: RankedMember,
}

/// Where the caller stands.
#[derive(Object)]
struct MyLeaderboardEntry {
    rank: i64,
    score: i64,
}

/// A part of a leaderboard, best first.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct LeaderboardView {
    items: Vec<LeaderboardEntry>,
    /// Where the caller stands; absent for visitors and for who is not on the board.
    me: Option<MyLeaderboardEntry>,
}

#[OpenApi(tag = "ApiTag::Loyalty")]
impl LeaderboardApi {
    /// Read a leaderboard
    ///
    /// Of two with the same score, who reached it first stands first. Staff and members who keep off the boards are not on
    /// them.
    #[oai(path = "/leaderboards/:board", method = "get", operation_id = "get_leaderboard")]
    async fn get_leaderboard(
        &self,
        visitor: Visitor,
        /// What is counted.
        board: Path<Metric>,
        /// The current period that is counted; all time by default.
        period: Query<Option<Period>>,
        /// Only what happened in the group of this slug.
        group: Query<Option<String>>,
        /// Instead of the best: the caller, and so many places above and below. At most 50.
        around_me: Query<Option<usize>>,
        /// How many of the best, at most 100; 20 by default.
        limit: Query<Option<usize>>,
    ) -> Result<Json<LeaderboardView>, Problem> {
        let wanted = wanted(visitor.0.as_ref(), around_me.0, limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let viewer = visitor.0.as_ref();
        let group_id = match &group.0 {
            None => None,
            Some(slug) if slug.contains('\0') => return Err(Problem::not_found("group")),
            Some(slug) => Some(
                standings::find_group(&mut conn, slug, viewer.map(|actor| actor.member_id), viewer.is_some_and(Actor::is_staff))
                    .await?
                    .ok_or_else(|| Problem::not_found("group"))?,
            ),
        };
        let period = period.0.unwrap_or(Period::All);
        let today = programme_day(self.kit.clock.now(), self.kit.time_zone);
        let key = BoardKey { metric: board.0, period: period.as_str(), starts_on: period.start(today), group_id };
        let Some(board) = standings::find_board(&mut conn, &key).await? else {
            return Ok(Json(LeaderboardView { items: Vec::new(), me: None }));
        };
        let stretch = match self.cache.read(&mut conn, board, wanted).await? {
            Some(stretch) => stretch,
            None => match wanted {
                Window::Top { most, me } => standings::top(&mut conn, board.id, most, me).await?,
                Window::Around { me, reach } => standings::around(&mut conn, board.id, me, reach).await?,
            },
        };
        let members: Vec<_> = stretch.places.iter().map(|(member, _)| *member).collect();
        let names = standings::names(&mut conn, &members).await?;
        Ok(Json(view(&stretch, names)))
    }
}

/// What the parameters ask for.
fn wanted(caller: Option<&Actor>, around_me: Option<usize>, limit: Option<usize>) -> Result<Window, Problem> {
    let within = |refusal: Refusal, name: &str, number: usize, min: usize, max: usize| match (min..=max).contains(&number) {
        true => Ok(number),
        false => Err(Problem::from(refusal).because(format!("{name} must lie between {min} and {max}."))),
    };
    let most = within(Refusal::BadLimit, "limit", limit.unwrap_or(PLACES_DEFAULT), 1, PLACES_MAX)?;
    match (around_me, caller) {
        (None, caller) => Ok(Window::Top { most, me: caller.map(|actor| actor.member_id) }),
        (Some(reach), Some(actor)) => {
            Ok(Window::Around { me: actor.member_id, reach: within(Refusal::BadAroundMe, "around_me", reach, 0, AROUND_MAX)? })
        }
        (Some(_), None) => Err(Problem::unauthorized("Sign in to see who is around you.")),
    }
}

fn view(stretch: &Stretch, mut names: std::collections::BTreeMap<crate::domain::MemberId, (String, String)>) -> LeaderboardView {
    let places = ranks(stretch).into_iter().zip(&stretch.places);
    let items = places
        .map(|(rank, (member, score))| {
            let (handle, display_name) = names.remove(member).unwrap_or_default();
            LeaderboardEntry { rank, score: *score, member: RankedMember { handle, display_name } }
        })
        .collect();
    LeaderboardView { items, me: stretch.me.map(|(rank, score)| MyLeaderboardEntry { rank, score }) }
}
