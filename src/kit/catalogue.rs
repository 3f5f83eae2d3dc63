//! The problems that the kit itself answers with.

use super::{
    admission, etag, idempotency, pagination,
    problem::{self, ProblemKind},
    request_limits,
};

/// What may go wrong with any request.
pub fn problems() -> impl Iterator<Item = &'static ProblemKind> {
    [
        admission::Refusal::KINDS,
        etag::Refusal::KINDS,
        idempotency::Refusal::KINDS,
        pagination::Refusal::KINDS,
        problem::General::KINDS,
        request_limits::Refusal::KINDS,
    ]
    .into_iter()
    .flatten()
}
