//! The dashboard.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::{Object, OpenApi, param::Query, payload::Json};

use super::{
    rules::{self, Balance, Interval, Range},
    store::{self, Flow, Redeemed, RewardCount, Talk, TierCount, Totals},
};
use crate::{
    domain::{ApiTag, RewardId, Role, programme_day},
    identity::Moderator,
    kit::{Conn, Kit, Problem},
};

/// The operation that reads the key figures of a period.
pub struct DashboardApi {
    pub kit: Kit,
}

/// The programme in numbers.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct Dashboard {
    /// The first day of the range, in the programme's time zone.
    from: NaiveDate,
    /// The day after its last one.
    until: NaiveDate,
    step: Interval,
    community: CommunityFigures,
    /// For administrators only.
    points: Option<PointsFigures>,
}

#[derive(Object)]
struct CommunityFigures {
    /// Accounts there are now.
    members: i64,
    /// Review items that wait for a decision now.
    open_review_items: i64,
    totals: CommunityTotals,
    /// Of the equally long range before.
    before: CommunityTotals,
    series: Vec<CommunityInterval>,
}

/// What happened in a range. Posts that are hidden or deleted do not count.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct CommunityTotals {
    /// Accounts made.
    registered: i64,
    /// Members who asked, answered, commented, voted, bought or redeemed.
    active: i64,
    questions: i64,
    answers: i64,
    /// Of these questions, those that somebody else has answered since.
    answered: i64,
    /// Of these questions, those with an accepted answer.
    solved: i64,
    /// `answered` of `questions`, 0 to 1; absent without questions.
    answered_share: Option<f64>,
    /// `solved` of `questions`, 0 to 1; absent without questions.
    solved_share: Option<f64>,
    /// The median time from a question to somebody else's first answer, in seconds; absent without one.
    first_answer_median_s: Option<i64>,
}

#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct CommunityInterval {
    /// The step's first day.
    from: NaiveDate,
    questions: i64,
    answers: i64,
    /// Of these questions, those that somebody else has answered since.
    answered: i64,
    /// The median time from a question to somebody else's first answer, in seconds; absent without one.
    first_answer_median_s: Option<i64>,
}

#[derive(Object)]
struct PointsFigures {
    now: PointsNow,
    totals: PointsTotals,
    /// Of the equally long range before.
    before: PointsTotals,
    series: Vec<PointsInterval>,
    /// Lowest first.
    members_by_tier: Vec<MembersOfTier>,
    /// Those redeemed most in the range, 5 at most.
    top_rewards: Vec<TopReward>,
}

/// All members' points.
#[derive(Object)]
struct PointsNow {
    pending: i64,
    available: i64,
    reserved: i64,
    /// What members owe: 0 or less.
    arrears: i64,
    /// What the company owes: available, pending and reserved points.
    liability: i64,
}

/// Movements of a range, by when they count. Their sum, with the sign of their meaning, is the change of the liability and
/// the arrears.
#[derive(Object)]
struct PointsTotals {
    /// Earned, or brought in by an import.
    issued: i64,
    /// Added by staff, less what staff took.
    adjusted: i64,
    /// Redeemed, less refunds.
    spent: i64,
    /// Expired, or left by members who went.
    expired: i64,
    clawed_back: i64,
    /// Redemptions made, but for those that were cancelled, expired or refunded.
    redemptions: i64,
}

#[derive(Object)]
struct PointsInterval {
    /// The step's first day.
    from: NaiveDate,
    issued: i64,
    adjusted: i64,
    spent: i64,
    expired: i64,
    clawed_back: i64,
    redemptions: i64,
    /// At the step's end, or now where that lies ahead.
    pending: i64,
    /// At the step's end, or now where that lies ahead.
    liability: i64,
}

#[derive(Object)]
struct MembersOfTier {
    rank: i16,
    name: String,
    members: i64,
}

#[derive(Object)]
struct TopReward {
    reward_id: RewardId,
    name: String,
    redemptions: i64,
    points: i64,
}

#[OpenApi(tag = "ApiTag::Administration")]
impl DashboardApi {
    /// The dashboard
    ///
    /// Key figures of a range of days, of the equally long one before, and as a series. Moderators see those of the
    /// community, administrators also those of the points.
    #[oai(path = "/admin/dashboard", method = "get", operation_id = "get_dashboard")]
    async fn get_dashboard(
        &self,
        moderator: Moderator,
        /// The first day; 30 days before `until` by default.
        from: Query<Option<NaiveDate>>,
        /// The day after the last one; tomorrow by default.
        until: Query<Option<NaiveDate>>,
        /// A day by default. At most 400 of them.
        step: Query<Option<Interval>>,
    ) -> Result<Json<Dashboard>, Problem> {
        let zone = self.kit.time_zone;
        let range = Range::new(from.0, until.0, step.0, programme_day(self.kit.clock.now(), zone))?;
        let bounds = range.bounds(zone);
        let mut tx = self.kit.db.begin().await?;
        store::take_snapshot(&mut tx).await?;
        let current = store::find_totals(&mut tx).await?;
        let community = community(&mut tx, &range, &bounds, &current).await?;
        let points = match moderator.0.role {
            Role::Administrator => Some(points(&mut tx, &range, &bounds, &current).await?),
            _ => None,
        };
        Ok(Json(Dashboard { from: range.from, until: range.until, step: range.step, community, points }))
    }
}

/// How `width_bucket` counts: 1 is the range before, then come the steps.
fn bucket(step: usize) -> i32 {
    step as i32 + 2
}

async fn community(conn: &mut Conn, range: &Range, bounds: &[DateTime<Utc>], current: &Totals) -> Result<CommunityFigures, Problem> {
    let talk = store::find_talk(conn, bounds).await?;
    let people = store::find_people(conn, bounds[0], bounds[1], bounds[bounds.len() - 1]).await?;
    let find = |before: bool, step: Option<i32>| talk.iter().find(|row| row.before == before && row.step == step).cloned();
    let totals = |before, registered, active| {
        let Talk { questions, answers, answered, solved, first_answer_s, .. } = find(before, None).unwrap_or_default();
        CommunityTotals {
            registered,
            active,
            questions,
            answers,
            answered,
            solved,
            answered_share: rules::share(answered, questions),
            solved_share: rules::share(solved, questions),
            first_answer_median_s: first_answer_s.map(whole),
        }
    };
    let series = range.days.iter().enumerate().map(|(n, from)| {
        let Talk { questions, answers, answered, first_answer_s, .. } = find(false, Some(bucket(n))).unwrap_or_default();
        CommunityInterval { from: *from, questions, answers, answered, first_answer_median_s: first_answer_s.map(whole) }
    });
    Ok(CommunityFigures {
        members: current.members,
        open_review_items: current.open_review_items,
        totals: totals(false, people.registered, people.active),
        before: totals(true, people.registered_before, people.active_before),
        series: series.collect(),
    })
}

async fn points(conn: &mut Conn, range: &Range, bounds: &[DateTime<Utc>], current: &Totals) -> Result<PointsFigures, Problem> {
    let flows = store::find_flows(conn, bounds).await?;
    let redeemed = store::count_redemptions(conn, bounds).await?;
    let tiers = store::count_by_tier(conn).await?;
    let rewards = store::list_top_rewards(conn, bounds[1], bounds[bounds.len() - 1]).await?;
    let flow = |step: i32| flows.iter().find(|flow| flow.step == step).cloned().unwrap_or_default();
    let redemptions = |step: i32| redeemed.iter().find(|row| row.step == step).map_or(0, |row| row.redemptions);
    let change = |flow: &Flow| Balance { pending: flow.pending, liability: flow.liability };

    let steps: Vec<Flow> = (0..range.days.len()).map(|n| flow(bucket(n))).collect();
    let liability = current.available + current.pending + current.reserved;
    let now = Balance { pending: current.pending, liability };
    let changes: Vec<Balance> = steps.iter().map(change).collect();
    let ends = rules::balances(now, &changes, change(&flow(bucket(steps.len()))));
    let series = range.days.iter().zip(&steps).zip(ends).enumerate().map(|(n, ((from, flow), end))| PointsInterval {
        from: *from,
        issued: flow.issued,
        adjusted: flow.adjusted,
        spent: flow.spent,
        expired: flow.expired,
        clawed_back: flow.clawed_back,
        redemptions: redemptions(bucket(n)),
        pending: end.pending,
        liability: end.liability,
    });
    let within = |row: &&Redeemed| row.step > 1;
    Ok(PointsFigures {
        now: PointsNow {
            pending: current.pending,
            available: current.available,
            reserved: current.reserved,
            arrears: current.arrears,
            liability,
        },
        totals: totals(&steps, redeemed.iter().filter(within).map(|row| row.redemptions).sum()),
        before: totals(&[flow(1)], redemptions(1)),
        series: series.collect(),
        members_by_tier: tiers.into_iter().map(|TierCount { rank, name, members }| MembersOfTier { rank, name, members }).collect(),
        top_rewards: rewards
            .into_iter()
            .map(|RewardCount { id, name, redemptions, points }| TopReward { reward_id: id, name, redemptions, points })
            .collect(),
    })
}

fn totals(flows: &[Flow], redemptions: i64) -> PointsTotals {
    let sum = |of: fn(&Flow) -> i64| flows.iter().map(of).sum();
    PointsTotals {
        issued: sum(|flow| flow.issued),
        adjusted: sum(|flow| flow.adjusted),
        spent: sum(|flow| flow.spent),
        expired: sum(|flow| flow.expired),
        clawed_back: sum(|flow| flow.clawed_back),
        redemptions,
    }
}

fn whole(seconds: f64) -> i64 {
    seconds.round() as i64
}
