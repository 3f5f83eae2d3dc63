//! Carries out what events ask for: looks up, decides by rule, moves the points.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{
    SOURCE,
    rules::{self, Claim, Moment, Wish},
    store::{self, Award, NewAward},
};
use crate::{
    events::{self, Event},
    kit::{
        Conn, Problem,
        outbox::{Listener, Occurrence},
    },
    loyalty::{
        earning::{rules::Rule, store::RuleBook, terms::Trigger},
        expiry::Expiry,
        ledger::{self, Clawback, ClawbackPolicy, Earn, Source, Wallet},
        tier::{
            self,
            rules::Cause,
            store::{self as tier_store, Qualifying},
        },
    },
    words::{GroupId, MemberId, TransactionId, programme_day},
};

pub struct Awards {
    pub zone: Tz,
}

impl Listener<Event> for Awards {
    fn name(&self) -> &'static str {
        "awards"
    }

    fn hear<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Occurrence<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let wishes = batch.iter().filter_map(|heard| Some((rules::wish(&heard.event)?, Moment { at: heard.at, number: heard.number })));
            let wishes: Vec<_> = wishes.collect();
            let Some(now) = wishes.iter().map(|(_, moment)| moment.at).max() else { return Ok(()) };
            ledger::queue_for_several(conn).await?;
            let authors = wishes.iter().filter_map(|(wish, _)| match wish {
                Wish::Grant(claim) => Some(claim.post.author_id),
                Wish::Restore(post) => Some(post.author_id),
                _ => None,
            });
            let mut desk = Desk {
                zone: self.zone,
                living: store::find_living(conn, &authors.collect::<Vec<_>>()).await?,
                book: RuleBook::read(conn, &[Trigger::AnswerAccepted, Trigger::AnswerUpvoted]).await?,
                wallets: HashMap::new(),
                counted: Vec::new(),
                told: Vec::new(),
                earners: BTreeSet::new(),
                losers: BTreeSet::new(),
            };
            for (wish, moment) in wishes {
                desk.carry_out(conn, wish, moment).await?;
            }
            Ok(desk.close(conn, now).await?)
        })
    }
}

/// What a batch needs, and what it leaves to be written at its end.
struct Desk {
    zone: Tz,
    /// Who is gone earns nothing more.
    living: Vec<MemberId>,
    book: RuleBook,
    wallets: HashMap<MemberId, Wallet>,
    counted: Vec<Qualifying>,
    told: Vec<(DateTime<Utc>, Event)>,
    earners: BTreeSet<MemberId>,
    losers: BTreeSet<MemberId>,
}

impl Desk {
    async fn carry_out(&mut self, conn: &mut Conn, wish: Wish, moment: Moment) -> Result<(), Problem> {
        match wish {
            Wish::Grant(claim) if self.living.contains(&claim.post.author_id) => self.decide(conn, &claim, moment.at).await,
            Wish::Grant(_) => Ok(()),
            Wish::Revoke { source_id, trigger } => match store::find_of_source(conn, source_id, trigger).await? {
                Some(award) => self.revoke(conn, &award, moment).await,
                None => Ok(()),
            },
            Wish::Withdraw(post) => {
                for award in store::find_of_post(conn, post.id).await?.iter().filter(|award| award.withdrawn_at.is_none()) {
                    self.take_back(conn, award, moment).await?;
                    store::set_withdrawn(conn, award.id, Some(moment.at), None).await?;
                }
                Ok(())
            }
            Wish::Restore(post) if !self.living.contains(&post.author_id) => Ok(()),
            Wish::Restore(post) => {
                for award in store::find_of_post(conn, post.id).await?.iter().filter(|award| award.withdrawn_at.is_some()) {
                    let granted_in = self.give_again(conn, award, moment).await?;
                    store::set_withdrawn(conn, award.id, None, granted_in).await?;
                }
                Ok(())
            }
        }
    }

    /// Grants, or notes what a cap suppressed.
    async fn decide(&mut self, conn: &mut Conn, claim: &Claim, at: DateTime<Utc>) -> Result<(), Problem> {
        let Some(rule) = rules::paying(self.book.at(claim.trigger, at)) else { return Ok(()) };
        let member_id = claim.post.author_id;
        self.open(conn, member_id, at).await?;
        // Told twice, granted once.
        if store::find_of_source(conn, claim.source_id, claim.trigger).await?.is_some() {
            return Ok(());
        }
        let day = programme_day(at, self.zone);
        let paid = store::find_paid(conn, member_id, claim.trigger, day, Some(claim.giver_id)).await?;
        let limited_by = rules::limit(claim.trigger, rule.terms.times_per_day, paid);
        let (id, requested) = (Uuid::now_v7(), rule.terms.points);
        let granted_in = match limited_by {
            None => Some(self.earn(conn, id, member_id, &rule, claim.post.group_id, at, at).await?),
            Some(_) => None,
        };
        let new = NewAward { id, claim, rule_version_id: rule.version_id, requested, granted_in, limited_by, day, occurred_at: at };
        Ok(store::insert(conn, &new).await?)
    }

    async fn revoke(&mut self, conn: &mut Conn, award: &Award, moment: Moment) -> Result<(), Problem> {
        if award.withdrawn_at.is_none() {
            self.take_back(conn, award, moment).await?;
        }
        store::revoke(conn, award.id, moment.at).await?;
        if award.granted > 0 { self.refill(conn, award.member_id, award.trigger, award.day, moment.at).await } else { Ok(()) }
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
            let Some(rule) = self.book.version(award.rule_version_id) else { continue };
            let paid = store::find_paid(conn, member_id, trigger, day, award.giver_id).await?;
            if rules::limit(trigger, rule.terms.times_per_day, paid).is_none() {
                self.open(conn, member_id, now).await?;
                let granted_in = self.earn(conn, award.id, member_id, &rule, award.group_id, award.occurred_at, now).await?;
                store::grant(conn, award.id, granted_in).await?;
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "who, what for, and when")]
    async fn earn(
        &mut self,
        conn: &mut Conn,
        award_id: Uuid,
        member_id: MemberId,
        rule: &Rule,
        group_id: Option<GroupId>,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<TransactionId, Problem> {
        let (points, qualifies) = (rule.terms.points, rule.terms.qualifies);
        let available_at = at + Duration::days(rule.terms.hold_days(rule.trigger));
        let policy = rule.terms.expires.as_ref().and_then(|policy| policy.parse::<Expiry>().ok());
        let earn = Earn {
            points,
            source: Source::new(SOURCE, award_id),
            effective_at: at,
            available_at,
            expires_at: policy.and_then(|policy| policy.expires_at(available_at, self.zone)),
            note: rule.name.clone(),
        };
        let transaction_id = ledger::earn(conn, self.wallet(member_id)?, earn, now).await?;
        self.note(transaction_id, member_id, points, qualifies, group_id, at);
        Ok(transaction_id)
    }

    /// Takes back exactly what was granted, wherever the points are now.
    async fn take_back(&mut self, conn: &mut Conn, award: &Award, moment: Moment) -> Result<(), Problem> {
        let Some(granted_in) = award.transaction_id else { return Ok(()) };
        self.open(conn, award.member_id, moment.at).await?;
        let clawback = Clawback {
            earned_in: &[granted_in],
            points: award.granted,
            policy: ClawbackPolicy::Arrears,
            source: Source::new(SOURCE, award.id).leg(moment.number),
            note: String::new(),
        };
        if let Some(transaction_id) = ledger::claw_back(conn, self.wallet(award.member_id)?, clawback, moment.at).await? {
            self.note(transaction_id, award.member_id, -award.granted, award.qualified, award.group_id, award.occurred_at);
        }
        Ok(())
    }

    async fn give_again(&mut self, conn: &mut Conn, award: &Award, moment: Moment) -> Result<Option<TransactionId>, Problem> {
        if award.granted == 0 {
            return Ok(None);
        }
        self.open(conn, award.member_id, moment.at).await?;
        let earn = Earn {
            points: award.granted,
            source: Source::new(SOURCE, award.id).leg(moment.number),
            effective_at: award.occurred_at,
            available_at: award.available_at.unwrap_or(moment.at),
            expires_at: award.expires_at,
            note: String::new(),
        };
        let transaction_id = ledger::moves::restore(conn, self.wallet(award.member_id)?, earn, moment.at).await?;
        self.note(transaction_id, award.member_id, award.granted, award.qualified, award.group_id, award.occurred_at);
        Ok(Some(transaction_id))
    }

    /// Opens a member's wallet, once a batch.
    async fn open(&mut self, conn: &mut Conn, member_id: MemberId, now: DateTime<Utc>) -> Result<(), Problem> {
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
        self.told.push((at, Event::PointsEarned { member_id, points, group_id }));
        if points > 0 { &mut self.earners } else { &mut self.losers }.insert(member_id);
    }

    async fn close(self, conn: &mut Conn, now: DateTime<Utc>) -> Result<(), Problem> {
        tier_store::insert_qualifying(conn, &self.counted).await?;
        events::tell_at(conn, &self.told).await?;
        let losers: Vec<MemberId> = self.losers.iter().copied().collect();
        let earners: Vec<MemberId> = self.earners.difference(&self.losers).copied().collect();
        tier::requalify(conn, &losers, Cause::Returned, now).await?;
        tier::requalify(conn, &earners, Cause::Earned, now).await?;
        Ok(())
    }
}
