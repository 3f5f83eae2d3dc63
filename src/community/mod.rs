//! Who we are: user groups, and what we are told.

pub mod erasure;
pub mod group;
mod merging;
pub mod notification;

pub use merging::CommunityMerging;
use poem_openapi::OpenApi;

use self::{
    group::{api::GroupApi, erasure::GroupErasure, membership_api::MembershipApi},
    notification::{Streams, api::NotificationApi, listener::NotificationListener, settings_api::NotificationSettingsApi},
};
use crate::{
    events::Event,
    kit::{
        Kit,
        background::Job,
        outbox::Listener,
        verify::{Check, Repair},
    },
};

/// The operations of groups, memberships and notifications. `streams` is who listens to notifications.
pub fn api(kit: &Kit, streams: &Streams) -> impl OpenApi + use<> {
    (
        GroupApi { kit: kit.clone() },
        MembershipApi { kit: kit.clone() },
        NotificationApi { kit: kit.clone(), streams: streams.clone() },
        NotificationSettingsApi { kit: kit.clone() },
    )
}

/// Who in this feature reacts to events, in order.
pub fn listeners() -> Vec<Box<dyn Listener<Event>>> {
    // Last of all: it looks at what the others have written.
    vec![Box::new(GroupErasure), Box::new(NotificationListener)]
}

/// Deletes notifications that were read long ago.
pub fn jobs() -> Vec<Job> {
    vec![notification::jobs::DELETE_READ_NOTIFICATIONS]
}

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    group::checks::CHECKS.iter().collect()
}

/// What puts right what does not.
pub fn repairs() -> Vec<&'static Repair> {
    group::checks::REPAIRS.iter().collect()
}

/// What this feature refuses.
pub fn problems() -> impl Iterator<Item = &'static crate::kit::ProblemKind> {
    [group::rules::Refusal::KINDS, notification::streams::Refusal::KINDS].into_iter().flatten()
}
