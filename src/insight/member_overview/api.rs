//! The page of one customer.

use chrono::{DateTime, Months, Utc};
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};

use super::{
    store::{self, MemberFacts},
    view::{ActiveSanction, ExternalId, GroupOfCustomer, RedemptionsOfState, ReferralsOfState, Spend},
};
use crate::{
    domain::ApiTag,
    identity::{
        Admin, Handle,
        member::{self, view::MemberForAdmin},
    },
    kit::{Kit, Problem},
};

/// How long points count towards a tier (loyalty's rule).
const TIER_WINDOW: Months = Months::new(12);

/// The operation that reads all that is known of one member.
pub struct CustomerApi {
    pub kit: Kit,
}

/// A member with everything that administrators see on one page.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct Customer {
    #[oai(flatten)]
    member: MemberForAdmin,
    bio: String,
    /// Sessions that are alive.
    sessions: i64,
    activity: Activity,
    balance: Balance,
    tier: TierOfCustomer,
    /// For each currency that the member has bought in.
    spend: Vec<Spend>,
    /// For each state that redemptions of the member have.
    redemptions: Vec<RedemptionsOfState>,
    /// Who brought the member; absent for those who came on their own.
    referred_by: Option<ReferredBy>,
    /// Whom the member brought, for each state.
    referrals: Vec<ReferralsOfState>,
    /// The newest 100, invitations, requests and bans included.
    groups: Vec<GroupOfCustomer>,
    /// What partners call the member, 100 at most.
    external_ids: Vec<ExternalId>,
    /// What keeps the member from something now.
    sanctions: Vec<ActiveSanction>,
}

/// What the member did. Posts that are hidden or deleted do not count.
#[derive(Object)]
struct Activity {
    questions: i64,
    answers: i64,
    accepted_answers: i64,
    comments: i64,
    /// Flags that the member raised.
    flags_raised: i64,
    /// Of these, those that a moderator upheld.
    flags_raised_upheld: i64,
    /// Flags against the member's posts that nobody has decided on.
    flags_against_open: i64,
    /// Flags against the member's posts that a moderator upheld.
    flags_against_upheld: i64,
}

/// The member's points.
#[derive(Object)]
struct Balance {
    available: i64,
    pending: i64,
    reserved: i64,
    /// Debt: 0 or less.
    arrears: i64,
}

/// Where the member stands on the ladder.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct TierOfCustomer {
    rank: i16,
    name: String,
    /// Points of the last 12 months that count.
    qualifying_points: i64,
    /// Held at least until then; absent for the tier that everybody has.
    valid_until: Option<DateTime<Utc>>,
}

#[derive(Object)]
struct ReferredBy {
    /// Handle of the advocate.
    advocate: String,
    /// As in list_referrals.
    state: String,
}

#[OpenApi(tag = "ApiTag::Administration")]
impl CustomerApi {
    /// Get everything about a member
    ///
    /// Who they are, what they did, bought, earned and redeemed, and what stands against them.
    #[oai(path = "/admin/members/:handle", method = "get", operation_id = "get_member_for_admin")]
    async fn get_member_for_admin(&self, _admin: Admin, handle: Path<Handle>) -> Result<Json<Customer>, Problem> {
        let now = self.kit.clock.now();
        let mut conn = self.kit.db.read().await?;
        let id = handle.0.find_itself(&mut conn).await?;
        let found = member::store::find_for_admin(&mut conn, id).await?;
        let member = found.ok_or_else(|| Problem::not_found("member"))?;
        let window_start = now.checked_sub_months(TIER_WINDOW).unwrap_or_default();
        let facts = store::find_facts(&mut conn, id, window_start, now).await?;
        let MemberFacts { questions, answers, accepted_answers, comments, .. } = facts;
        let MemberFacts { flags_raised, flags_raised_upheld, flags_against_open, flags_against_upheld, .. } = facts;
        let MemberFacts { available, pending, reserved, arrears, qualifying_points, .. } = facts;
        Ok(Json(Customer {
            member,
            sessions: facts.sessions,
            activity: Activity {
                questions,
                answers,
                accepted_answers,
                comments,
                flags_raised,
                flags_raised_upheld,
                flags_against_open,
                flags_against_upheld,
            },
            balance: Balance { available, pending, reserved, arrears },
            tier: TierOfCustomer {
                rank: facts.tier_rank,
                name: facts.tier_name.unwrap_or_default(),
                qualifying_points,
                valid_until: facts.tier_valid_until,
            },
            referred_by: facts.advocate.zip(facts.referral_state).map(|(advocate, state)| ReferredBy { advocate, state }),
            bio: facts.bio,
            spend: store::list_spend(&mut conn, id).await?,
            redemptions: store::count_redemptions(&mut conn, id).await?,
            referrals: store::count_referrals(&mut conn, id).await?,
            groups: store::list_groups(&mut conn, id).await?,
            external_ids: store::list_external_ids(&mut conn, id).await?,
            sanctions: store::list_active_sanctions(&mut conn, id, now).await?,
        }))
    }
}
