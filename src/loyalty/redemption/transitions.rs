//! Which step may be taken from which state of a redemption: pure.

use chrono::{DateTime, Utc};

use super::rules::{RedemptionState, Refusal};
use crate::kit::Problem;

/// What may be done to a redemption.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transition {
    Issue,
    Fulfil,
    Cancel,
    Refund,
}

/// Whether a step may be taken from a state. `operator`: by staff or a partner, not by the member.
pub fn allow(
    step: Transition,
    state: RedemptionState,
    held_until: Option<DateTime<Utc>>,
    operator: bool,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    use RedemptionState::*;
    let over = held_until.is_some_and(|until| until <= now);
    match (step, state) {
        (Transition::Issue | Transition::Fulfil, Held) if over => Err(Refusal::HoldExpired.into()),
        (Transition::Issue | Transition::Fulfil, Expired) => Err(Refusal::HoldExpired.into()),
        (Transition::Issue, Held) | (Transition::Fulfil, Held | Issued) => Ok(()),
        (Transition::Cancel, Held) => Ok(()),
        // The member has seen the code by then: somebody must make sure that it was not used.
        (Transition::Cancel, Issued) if operator => Ok(()),
        (Transition::Refund, Issued | Fulfilled) => Ok(()),
        (_, state) => Err(Problem::from(stands(state)).with("state", state.as_str())),
    }
}

/// Why a state admits no such step.
fn stands(state: RedemptionState) -> Refusal {
    match state {
        RedemptionState::Held => Refusal::Held,
        RedemptionState::Issued => Refusal::Issued,
        RedemptionState::Fulfilled => Refusal::Fulfilled,
        RedemptionState::Cancelled => Refusal::Cancelled,
        RedemptionState::Expired => Refusal::Expired,
        RedemptionState::Refunded => Refusal::Refunded,
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::{RedemptionState::*, *};

    #[test]
    fn each_step_leads_on_from_few_states() {
        let now: DateTime<Utc> = "2026-05-01T12:00:00Z".parse().unwrap();
        let soon = Some(now + Duration::seconds(1));
        for (step, state, until, operator, expected) in [
            (Transition::Issue, Held, soon, true, Ok(())),
            (Transition::Issue, Held, Some(now), true, Err("hold_expired")),
            (Transition::Issue, Expired, None, true, Err("hold_expired")),
            (Transition::Issue, Issued, None, true, Err("redemption_issued")),
            (Transition::Issue, Cancelled, None, true, Err("redemption_cancelled")),
            (Transition::Fulfil, Held, soon, true, Ok(())),
            (Transition::Fulfil, Issued, None, true, Ok(())),
            (Transition::Fulfil, Fulfilled, None, true, Err("redemption_fulfilled")),
            (Transition::Cancel, Held, soon, false, Ok(())),
            (Transition::Cancel, Held, Some(now), false, Ok(())),
            (Transition::Cancel, Issued, None, false, Err("redemption_issued")),
            (Transition::Cancel, Issued, None, true, Ok(())),
            (Transition::Cancel, Fulfilled, None, true, Err("redemption_fulfilled")),
            (Transition::Refund, Held, soon, true, Err("redemption_held")),
            (Transition::Refund, Issued, None, true, Ok(())),
            (Transition::Refund, Fulfilled, None, true, Ok(())),
            (Transition::Refund, Refunded, None, true, Err("redemption_refunded")),
        ] {
            let outcome = allow(step, state, until, operator, now).map_err(|problem| problem.code);
            assert_eq!(outcome, expected.map_err(str::to_owned), "{step:?} {state:?} {operator}");
        }
    }
}
