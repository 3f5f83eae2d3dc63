//! Carries out what events ask for: looks up, decides by rule, moves the points.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{
    rules::{self, AwardAction, EventContext, HelpfulAnswer, SOURCE},
    store::{self, Award, AwardChange, NewAward},
};
use crate::{
    domain::{GroupId, MemberId, PostId, TransactionId, programme_day},
    events::{self, Event},
    kit::{
        Conn, Problem,
        outbox::{Delivered, Listener},
    },
    loyalty::{
        earning::{
            rules::{Rule, paying},
            store::RuleBook,
            terms::Trigger,
        },
        expiry::Expiry,
        ledger::{self, Clawback, ClawbackPolicy, Earn, Source, Wallet},
        tier::{
            self,
            rules::TierCause,
            store::{self as tier_store, Qualifying},
        },
    },
};

/// Grants, withdraws and returns the points of helpful answers, as their posts, votes and acceptances stand.
pub struct AwardListener {
    pub zone: Tz,
}

impl Listener<Event> for AwardListener {
    fn name(&self) -> &'static str {
        "awards"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            // Of several events of a post, the last.
            let moment = |heard: &Delivered<Event>| EventContext { at: heard.at, mark: heard.number.to_string() };
            let changed = batch.iter().filter_map(|heard| Some((heard.event.changed_post()?.id, moment(heard))));
            Ok(settle(conn, self.zone, &changed.collect()).await?)
        })
    }
}

/// Grants what posts as they stand are worth and is not granted, and takes back what is not due: each as of the moment of
/// its post.
pub async fn settle(conn: &mut Conn, zone: Tz, changed: &BTreeMap<PostId, EventContext>) -> Result<(), Problem> {
    let ids: Vec<PostId> = changed.keys().copied().collect();
    let changes = if ids.is_empty() { vec![] } else { store::find_changes(conn, &ids).await? };
    let Some(now) = changed.values().map(|moment| moment.at).max().filter(|_| !changes.is_empty()) else { return Ok(()) };
    ledger::queue_for_several(conn).await?;
    let others: Vec<Uuid> =
        changes.iter().filter_map(|change| if let AwardChange::Other(_, id, _) = change { Some(*id) } else { None }).collect();
    let awards: HashMap<Uuid, Award> = store::find(conn, &others).await?.into_iter().map(|award| (award.id, award)).collect();
    let mut batch = AwardBatch::open(conn, zone, &changes).await?;
    // All that is given up goes before anything comes into its place: that, too, may go with this very batch.
    for change in &changes {
        let AwardChange::Other(step, id, post_id) = change else { continue };
        // Of who is gone, nothing is looked at any more.
        let (Some(award), Some(moment)) = (awards.get(id), changed.get(post_id)) else { continue };
        match step {
            AwardAction::Revoke => batch.revoke(conn, award, moment).await?,
            AwardAction::Withdraw => {
                batch.take_back(conn, award, moment).await?;
                store::set_withdrawn(conn, award.id, Some(moment.at), None).await?;
            }
            AwardAction::Restore => {
                let granted_in = batch.give_again(conn, award, moment).await?;
                store::set_withdrawn(conn, award.id, None, granted_in).await?;
            }
            AwardAction::Grant => {}
        }
    }
    batch.refill_places(conn).await?;
    for change in &changes {
        let AwardChange::Grant(claim) = change else { continue };
        if batch.living.contains(&claim.author_id) {
            let now = changed.get(&claim.post_id).map_or(claim.at, |moment| moment.at);
            batch.decide(conn, claim, now).await?;
        }
    }
    batch.close(conn, now).await
}

/// Takes back what was granted for acceptances by newcomers who still are, although its time has come. Returns how many.
pub async fn lapse(conn: &mut Conn, zone: Tz, now: DateTime<Utc>, most: i64) -> Result<usize, Problem> {
    ledger::queue_for_several(conn).await?;
    let lapsed = store::find_lapsed(conn, now, most).await?;
    let mut batch = AwardBatch::open(conn, zone, &[]).await?;
    for award in &lapsed {
        batch.take_back(conn, award, &EventContext { at: now, mark: rules::LAPSED.to_owned() }).await?;
        store::lapse(conn, award.id, rules::LAPSED).await?;
        batch.vacate(award, now);
    }
    batch.refill_places(conn).await?;
    batch.close(conn, now).await?;
    Ok(lapsed.len())
}

/// What a batch needs, and what it leaves to be written at its end.
struct AwardBatch {
    zone: Tz,
    /// Who is gone earns nothing more.
    living: Vec<MemberId>,
    book: RuleBook,
    wallets: HashMap<MemberId, Wallet>,
    /// Under whose caps there may be room again, and since when.
    vacated: BTreeMap<(MemberId, Trigger, NaiveDate), DateTime<Utc>>,
    counted: Vec<Qualifying>,
    events: Vec<(DateTime<Utc>, Event)>,
    earners: BTreeSet<MemberId>,
    losers: BTreeSet<MemberId>,
}

impl AwardBatch {
    async fn open(conn: &mut Conn, zone: Tz, changes: &[AwardChange]) -> Result<Self, Problem> {
        let author = |change: &AwardChange| if let AwardChange::Grant(claim) = change { Some(claim.author_id) } else { None };
        let authors: Vec<MemberId> = changes.iter().filter_map(author).collect();
        Ok(Self {
            zone,
            living: store::find_living(conn, &authors).await?,
            book: RuleBook::read(conn, &[Trigger::AnswerAccepted, Trigger::AnswerUpvoted]).await?,
            wallets: HashMap::new(),
            vacated: BTreeMap::new(),
            counted: Vec::new(),
            events: Vec::new(),
            earners: BTreeSet::new(),
            losers: BTreeSet::new(),
        })
    }

    /// Grants, or notes what a cap suppressed.
    async fn decide(&mut self, conn: &mut Conn, claim: &HelpfulAnswer, now: DateTime<Utc>) -> Result<(), Problem> {
        let Some(rule) = paying(self.book.at(claim.trigger, claim.at)) else { return Ok(()) };
        self.open_wallet(conn, claim.author_id, now).await?;
        let day = programme_day(claim.at, self.zone);
        let paid = store::find_paid(conn, claim.author_id, claim.trigger, day, Some(claim.giver_id)).await?;
        let limited_by = rules::limit(claim.trigger, rule.terms.times_per_day, paid);
        let (id, requested) = (Uuid::now_v7(), rule.terms.points);
        let granted_in = match limited_by {
            None => Some(self.earn(conn, id, claim, &rule, now).await?),
            Some(_) => None,
        };
        let new = NewAward { id, claim, rule_version_id: rule.version_id, requested, granted_in, limited_by, day };
        Ok(store::insert(conn, &new).await?)
    }

    async fn revoke(&mut self, conn: &mut Conn, award: &Award, moment: &EventContext) -> Result<(), Problem> {
        if award.withdrawn_at.is_none() {
            self.take_back(conn, award, moment).await?;
        }
        store::revoke(conn, award.id, moment.at).await?;
        if award.granted > 0 {
            self.vacate(award, moment.at);
        }
        Ok(())
    }

    /// Notes that there may be room under the cap that `award` counts for.
    fn vacate(&mut self, award: &Award, at: DateTime<Utc>) {
        let since = self.vacated.entry((award.member_id, award.trigger, award.day)).or_insert(at);
        *since = at.max(*since);
    }

    /// Grants what caps had suppressed and now have room for.
    async fn refill_places(&mut self, conn: &mut Conn) -> Result<(), Problem> {
        for ((member_id, trigger, day), at) in std::mem::take(&mut self.vacated) {
            self.refill(conn, member_id, trigger, day, at).await?;
        }
        Ok(())
    }

    /// Grants, in order, what the cap had suppressed and now has room for.
    async fn refill(
        &mut self,
        conn: &mut Conn,
        member_id: MemberId,
        trigger: Trigger,
        day: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let suppressed = store::find_suppressed(conn, member_id, trigger, day).await?;
        if suppressed.is_empty() || store::find_living(conn, &[member_id]).await?.is_empty() {
            return Ok(());
        }
        for award in suppressed {
            let (Some(rule), Some(claim)) = (self.book.version(award.rule_version_id), award.claim()) else { continue };
            let paid = store::find_paid(conn, member_id, trigger, day, award.giver_id).await?;
            if rules::limit(trigger, rule.terms.times_per_day, paid).is_none() {
                self.open_wallet(conn, member_id, now).await?;
                let granted_in = self.earn(conn, award.id, &claim, &rule, now).await?;
                store::grant(conn, award.id, granted_in, claim.needs_trust()).await?;
            }
        }
        Ok(())
    }

    async fn earn(
        &mut self,
        conn: &mut Conn,
        award_id: Uuid,
        claim: &HelpfulAnswer,
        rule: &Rule,
        now: DateTime<Utc>,
    ) -> Result<TransactionId, Problem> {
        let (points, qualifies) = (rule.terms.points, rule.terms.qualifies);
        let available_at = claim.available_at(rule.terms.hold_days(rule.trigger));
        let policy = rule.terms.expires.as_ref().and_then(|policy| policy.parse::<Expiry>().ok());
        let earn = Earn {
            points,
            source: Source::new(SOURCE, award_id),
            effective_at: claim.at,
            available_at,
            expires_at: policy.and_then(|policy| policy.expires_at(available_at, self.zone)),
            note: rule.name.clone(),
        };
        let transaction_id = ledger::earn(conn, self.wallet(claim.author_id)?, earn, now).await?;
        self.note(transaction_id, claim.author_id, points, qualifies, claim.group_id, claim.at);
        Ok(transaction_id)
    }

    /// Takes back exactly what was granted, wherever the points are now.
    async fn take_back(&mut self, conn: &mut Conn, award: &Award, moment: &EventContext) -> Result<(), Problem> {
        let Some(granted_in) = award.transaction_id else { return Ok(()) };
        self.open_wallet(conn, award.member_id, moment.at).await?;
        let clawback = Clawback {
            earned_in: &[granted_in],
            counted_at: award.occurred_at,
            points: award.granted,
            policy: ClawbackPolicy::Arrears,
            source: Source::new(SOURCE, award.id).leg(&moment.mark),
            note: String::new(),
        };
        if let Some(transaction_id) = ledger::claw_back(conn, self.wallet(award.member_id)?, clawback, moment.at).await? {
            self.note(transaction_id, award.member_id, -award.granted, award.qualified, award.group_id, award.occurred_at);
        }
        Ok(())
    }

    async fn give_again(&mut self, conn: &mut Conn, award: &Award, moment: &EventContext) -> Result<Option<TransactionId>, Problem> {
        if award.granted == 0 {
            // A cap had kept it back; its place may have become free while it was out of sight.
            self.vacate(award, moment.at);
            return Ok(None);
        }
        self.open_wallet(conn, award.member_id, moment.at).await?;
        let withdrawn_at = award.withdrawn_at.unwrap_or(moment.at);
        let available_at = award.available_at.unwrap_or(moment.at);
        let earn = Earn {
            points: award.granted,
            source: Source::new(SOURCE, award.id).leg(&moment.mark),
            effective_at: award.occurred_at,
            available_at: if award.awaits_trust { rules::waits_anew(available_at, withdrawn_at, moment.at) } else { available_at },
            expires_at: rules::expires_anew(award.expires_at, withdrawn_at, moment.at),
            note: String::new(),
        };
        let transaction_id = ledger::postings::restore(conn, self.wallet(award.member_id)?, earn, moment.at).await?;
        self.note(transaction_id, award.member_id, award.granted, award.qualified, award.group_id, award.occurred_at);
        Ok(Some(transaction_id))
    }

    /// Opens a member's wallet, once a batch.
    async fn open_wallet(&mut self, conn: &mut Conn, member_id: MemberId, now: DateTime<Utc>) -> Result<(), Problem> {
        if let Entry::Vacant(vacant) = self.wallets.entry(member_id) {
            vacant.insert(ledger::open_wallet(conn, member_id, now).await?);
        }
        Ok(())
    }

    fn wallet(&mut self, member_id: MemberId) -> Result<&mut Wallet, Problem> {
        self.wallets.get_mut(&member_id).ok_or_else(|| Problem::internal("points move in a wallet that is not open"))
    }

    /// Notes what the batch writes at its end: on the date of what earned the points.
    fn note(
        &mut self,
        transaction_id: TransactionId,
        member_id: MemberId,
        points: i64,
        qualifies: bool,
        group_id: Option<GroupId>,
        at: DateTime<Utc>,
    ) {
        if qualifies {
            self.counted.push(Qualifying { transaction_id, member_id, points, at });
        }
        self.events.push((at, Event::PointsEarned { member_id, points, group_id }));
        if points > 0 { &mut self.earners } else { &mut self.losers }.insert(member_id);
    }

    async fn close(self, conn: &mut Conn, now: DateTime<Utc>) -> Result<(), Problem> {
        tier_store::insert_qualifying(conn, &self.counted).await?;
        events::publish_at(conn, &self.events).await?;
        let losers: Vec<MemberId> = self.losers.iter().copied().collect();
        let earners: Vec<MemberId> = self.earners.difference(&self.losers).copied().collect();
        tier::requalify(conn, &losers, TierCause::Returned, now).await?;
        tier::requalify(conn, &earners, TierCause::Earned, now).await?;
        Ok(())
    }
}
