//! What a movement of points consists of, and which lots it takes from. Pure.

use chrono::{DateTime, Duration, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid};

use crate::{
    domain::{LotId, MemberId, TransactionId},
    kit::Problem,
    text_enum,
};

/// The most points that one movement may have: far from overflow, and from any honest need.
pub const POINTS_MAX: i64 = 1_000_000_000_000;
/// Points that come back to a lot after its expiry live on for this long.
pub const GRACE_DAYS: i64 = 30;

text_enum! {
    /// An account of the points book. The first four are a member's, the others the programme's.
    pub enum Account {
        Available = "available",
        Pending = "pending",
        Reserved = "reserved",
        Arrears = "arrears",
        Issuance = "issuance",
        Redeemed = "redeemed",
        Breakage = "breakage",
        Clawback = "clawback",
        Adjustment = "adjustment",
        TransferClearing = "transfer_clearing",
        OpeningImport = "opening_import",
    }
}

text_enum! {
    /// What a ledger transaction is for.
    pub enum Kind {
        Earn = "earn",
        Activate = "activate",
        Expire = "expire",
        Hold = "hold",
        Release = "release",
        Redeem = "redeem",
        Refund = "refund",
        Clawback = "clawback",
        Repay = "repay",
        Restore = "restore",
        Adjust = "adjust",
        Erase = "erase",
        /// Two members became one, or were parted again.
        Transfer = "transfer",
    }
}

/// What caused a transaction. Source, kind and leg together happen once.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The noun, such as `purchase`.
    pub of: &'static str,
    pub id: String,
    /// Tells apart several effects of one cause; often empty.
    pub leg: String,
}

impl Source {
    /// The source `of` this noun and id, without a leg.
    pub fn new(of: &'static str, id: impl ToString) -> Self {
        Self { of, id: id.to_string(), leg: String::new() }
    }
    /// Tells this effect of the source apart from its others.
    pub fn leg(mut self, leg: impl ToString) -> Self {
        self.leg = leg.to_string();
        self
    }
}

/// A member's accounts, in points.
#[derive(diesel::QueryableByName, Clone, Debug, PartialEq)]
pub struct Wallet {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = BigInt)]
    pub available: i64,
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    #[diesel(sql_type = BigInt)]
    pub reserved: i64,
    /// Debt: never above 0.
    #[diesel(sql_type = BigInt)]
    pub arrears: i64,
    /// Who opens it gets that member's.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub merged_into: Option<MemberId>,
    /// Of who is gone: nothing stays in it, and nothing is owed.
    #[diesel(sql_type = Bool)]
    pub closed: bool,
}

/// What goes from one member's accounts to another's.
#[derive(diesel::QueryableByName, Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    #[diesel(sql_type = BigInt)]
    pub available: i64,
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    #[diesel(sql_type = BigInt)]
    pub reserved: i64,
    #[diesel(sql_type = BigInt)]
    pub arrears: i64,
}

impl From<&Wallet> for Sums {
    fn from(wallet: &Wallet) -> Self {
        let Wallet { available, pending, reserved, arrears, .. } = *wallet;
        Self { available, pending, reserved, arrears }
    }
}

impl Sums {
    /// The entries of who gets them (`sign` 1), or of who gives them (-1). `repaid` is debt that they had paid and that is
    /// owed again.
    pub fn entries(self, sign: i64, repaid: i64) -> [(Account, i64); 5] {
        let Self { available, pending, reserved, arrears } = self;
        [
            (Account::Available, sign * available + repaid),
            (Account::Pending, sign * pending),
            (Account::Reserved, sign * reserved),
            (Account::Arrears, sign * arrears - repaid),
            (Account::TransferClearing, -sign * (available + pending + reserved + arrears)),
        ]
    }
}

/// Points that came in together, as far as they are still there.
#[derive(diesel::QueryableByName, Clone, Debug, PartialEq)]
pub struct Lot {
    #[diesel(sql_type = SqlUuid)]
    pub id: LotId,
    #[diesel(sql_type = BigInt)]
    pub remaining: i64,
    #[diesel(sql_type = Timestamptz)]
    pub available_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub activated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// How a transaction changes a lot.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocation {
    pub lot: LotId,
    pub remaining: i64,
    pub reserved: i64,
    /// What expires unused (or, negative, is counted as taken back).
    pub expired: i64,
    /// A new expiry, where points came back after the old one.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A lot that a transaction makes.
#[derive(Clone, Debug, PartialEq)]
pub struct NewLot {
    pub granted: i64,
    pub available_at: DateTime<Utc>,
    pub activated_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A transaction ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Posting {
    pub kind: Kind,
    pub source: Source,
    pub reverses: Option<TransactionId>,
    pub note: String,
    pub effective_at: DateTime<Utc>,
    /// When a gain or a loss counts on leaderboards: the date of what earned the points. None for what is neither.
    pub counted_at: Option<DateTime<Utc>>,
    pub entries: Vec<(Account, i64)>,
    pub allocations: Vec<Allocation>,
    pub new_lot: Option<NewLot>,
    /// Lots that become spendable by this.
    pub activates: Option<LotId>,
}

impl Posting {
    /// A posting of these entries, in points; those of 0 are left out. Lots and allocations are added by who makes it.
    pub fn new(kind: Kind, source: Source, effective_at: DateTime<Utc>, entries: &[(Account, i64)]) -> Self {
        Self {
            kind,
            source,
            reverses: None,
            note: String::new(),
            effective_at,
            counted_at: None,
            entries: entries.iter().copied().filter(|(_, amount)| *amount != 0).collect(),
            allocations: Vec::new(),
            new_lot: None,
            activates: None,
        }
    }

    /// What it adds to `account`.
    pub fn amount(&self, account: Account) -> i64 {
        self.entries.iter().filter(|(name, _)| *name == account).map(|(_, amount)| amount).sum()
    }

    /// Whether its entries sum to zero.
    pub fn balances(&self) -> bool {
        self.entries.iter().map(|(_, amount)| i128::from(*amount)).sum::<i128>() == 0
    }
}

crate::refusals! {
    /// Why points do not move.
    pub enum Refusal {
        InsufficientPoints = CONFLICT "insufficient_points" "This takes more points than are available.",
        DuplicateSource = CONFLICT "duplicate_source" "This was recorded before." on "ledger_transaction_source_type_source_id_kind_leg_key",
    }
}

/// 409: more points are wanted than are available.
pub fn insufficient(required: i64, available: i64) -> Problem {
    Problem::from(Refusal::InsufficientPoints)
        .because(format!("This takes {required} points, and {available} are available."))
        .with("required", required)
        .with("available", available)
        .with("missing", required - available)
}

/// Takes `points` from lots that stand in consumption order. The second value is what they lacked.
pub fn take(lots: &[Lot], points: i64) -> (Vec<Allocation>, i64) {
    let mut missing = points;
    let mut taken = Vec::new();
    for lot in lots {
        let part = lot.remaining.min(missing);
        if part > 0 {
            taken.push(Allocation { lot: lot.id, remaining: -part, reserved: 0, expired: 0, expires_at: None });
            missing -= part;
        }
    }
    (taken, missing)
}

/// One allocation a lot.
pub fn merged(allocations: Vec<Allocation>) -> Vec<Allocation> {
    let mut merged: Vec<Allocation> = Vec::new();
    for next in allocations {
        match merged.iter_mut().find(|allocation| allocation.lot == next.lot) {
            Some(same) => {
                same.remaining += next.remaining;
                same.reserved += next.reserved;
                same.expired += next.expired;
            }
            None => merged.push(next),
        }
    }
    merged
}

/// Counts what of lots expired unused as taken back. The second value is what is still to be taken.
pub fn count_expired(expired: &[PastAllocation], points: i64) -> (Vec<Allocation>, i64) {
    let mut missing = points;
    let mut counted = Vec::new();
    for PastAllocation { lot, points, .. } in expired {
        let part = missing.min(*points);
        if part > 0 {
            counted.push(Allocation { lot: *lot, remaining: 0, reserved: 0, expired: -part, expires_at: None });
            missing -= part;
        }
    }
    (counted, missing)
}

/// What an earlier transaction took from a lot.
#[derive(diesel::QueryableByName, Clone, Debug, PartialEq)]
pub struct PastAllocation {
    #[diesel(sql_type = SqlUuid)]
    pub lot: LotId,
    #[diesel(sql_type = BigInt)]
    pub points: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// The expiry of points that come back to a lot at `now`.
fn expiry_on_return(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    expires_at.filter(|at| *at <= now).map(|at| at.max(now + Duration::days(GRACE_DAYS)))
}

/// Gives `points` back to the lots they came from, last taken first; `taken` stands in consumption order. The second
/// value is what could not be given back.
pub fn give_back(taken: &[PastAllocation], points: i64, now: DateTime<Utc>) -> (Vec<Allocation>, i64) {
    let mut left = points;
    let mut given = Vec::new();
    for PastAllocation { lot, points, expires_at } in taken.iter().rev() {
        let part = left.min(*points);
        if part > 0 {
            let expires_at = expiry_on_return(*expires_at, now);
            given.push(Allocation { lot: *lot, remaining: part, reserved: 0, expired: 0, expires_at });
            left -= part;
        }
    }
    (given, left)
}

/// Splits a hold: the first `points` of it are spent, in consumption order, and the rest goes back to its lots.
pub fn capture(held: &[PastAllocation], points: i64, now: DateTime<Utc>) -> Vec<Allocation> {
    let mut to_spend = points;
    let settle = |PastAllocation { lot, points: held, expires_at }: &PastAllocation| {
        let spent = to_spend.min(*held);
        to_spend -= spent;
        let released = held - spent;
        let expires_at = if released > 0 { expiry_on_return(*expires_at, now) } else { None };
        Allocation { lot: *lot, remaining: released, reserved: -held, expired: 0, expires_at }
    };
    held.iter().map(settle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T00:00:00Z").parse().unwrap()
    }

    fn lot(n: u128, remaining: i64, expires: Option<&str>) -> Lot {
        let activated_at = Some(day("2026-01-01"));
        Lot { id: LotId(uuid::Uuid::from_u128(n)), remaining, available_at: day("2026-01-01"), activated_at, expires_at: expires.map(day) }
    }

    fn moved(allocations: &[Allocation]) -> Vec<(u128, i64, i64)> {
        allocations.iter().map(|a| (a.lot.0.as_u128(), a.remaining, a.reserved)).collect()
    }

    /// docs/loyalty-rules.md, vector 5.
    #[test]
    fn lots_are_spent_and_given_back_in_order() {
        let in_order = [lot(3, 80, Some("2026-02-28")), lot(1, 100, Some("2026-03-31")), lot(2, 50, None)];
        let (taken, missing) = take(&in_order, 120);
        assert_eq!((moved(&taken), missing), (vec![(3, -80, 0), (1, -40, 0)], 0));
        assert_eq!(take(&in_order, 300).1, 70, "more than there is");

        let taken = [
            PastAllocation { lot: in_order[0].id, points: 80, expires_at: in_order[0].expires_at },
            PastAllocation { lot: in_order[1].id, points: 40, expires_at: in_order[1].expires_at },
        ];
        let (given, left) = give_back(&taken, 50, day("2026-03-10"));
        assert_eq!((moved(&given), left), (vec![(1, 40, 0), (3, 10, 0)], 0));
        assert_eq!(given[0].expires_at, None, "its own expiry is still to come");
        assert_eq!(given[1].expires_at, Some(day("2026-04-09")));
        assert_eq!(give_back(&taken, 130, day("2026-03-10")).1, 10, "never more than was taken");
    }

    #[test]
    fn what_one_gives_the_other_gets() {
        for (sums, repaid) in [
            (Sums { available: 30, pending: 5, reserved: 10, arrears: 0 }, 0),
            (Sums { available: 30, pending: 5, reserved: 0, arrears: 0 }, 12),
            (Sums { available: 0, pending: 5, reserved: 0, arrears: -5 }, 0),
        ] {
            let posting =
                |sign, repaid| Posting::new(Kind::Transfer, Source::new("merge", "m"), day("2026-01-01"), &sums.entries(sign, repaid));
            let (there, back, taken) = (posting(1, 0), posting(-1, repaid), posting(-1, 0));
            assert!([&there, &back, &taken].iter().all(|posting| posting.balances()), "{sums:?}");
            let clearing = |posting: &Posting| posting.amount(Account::TransferClearing);
            assert_eq!((clearing(&there) + clearing(&taken), clearing(&back)), (0, clearing(&taken)), "{sums:?}");
            assert_eq!(back.amount(Account::Available) - taken.amount(Account::Available), repaid);
        }
    }

    #[test]
    fn a_capture_spends_first_and_releases_the_rest() {
        let held = [
            PastAllocation { lot: LotId(uuid::Uuid::from_u128(1)), points: 40, expires_at: None },
            PastAllocation { lot: LotId(uuid::Uuid::from_u128(2)), points: 20, expires_at: None },
        ];
        let now = day("2026-01-01");
        for (points, expected) in
            [(45, vec![(1, 0, -40), (2, 15, -20)]), (60, vec![(1, 0, -40), (2, 0, -20)]), (0, vec![(1, 40, -40), (2, 20, -20)])]
        {
            assert_eq!(moved(&capture(&held, points, now)), expected, "{points}");
        }
    }
}
