//! What a question may look like, and what may become of it.

use crate::{
    domain::PostId,
    forum::post::{CloseReason, PostRow},
    kit::problem::Fields,
    refusals,
};

refusals! {
    /// Why something is refused to a question.
    pub enum Refusal {
        BadTitle = BAD_REQUEST "bad_title" "title must have 10 to 300 characters.",
        BodyTooLong = BAD_REQUEST "body_too_long" "body may have 2,000 characters.",
        HasAnswers = CONFLICT "question_has_answers" "Others have answered; ask staff to remove this question.",
        ClosedAlready = CONFLICT "question_closed" "This question is closed already.",
        NotClosed = CONFLICT "question_not_closed" "This question is not closed.",
    }
}

/// Whether the answers of a question (their number, and the highest score) let its asker take it away.
pub fn may_asker_delete(question: &PostRow, best_score: Option<i32>) -> bool {
    question.accepted_answer_id.is_none() && question.answer_count < 2 && best_score.unwrap_or(0) <= 0
}

/// A duplicate names the question it repeats, and nothing else does.
pub fn check_closure(fields: &mut Fields, question: PostId, reason: CloseReason, duplicate_of: Option<PostId>) {
    match (reason, duplicate_of) {
        (CloseReason::Duplicate, None) => fields.refuse("/duplicate_of", "A duplicate needs the question that it repeats."),
        (CloseReason::Duplicate, Some(target)) if target == question => fields.refuse("/duplicate_of", "A question cannot repeat itself."),
        (CloseReason::Duplicate, Some(_)) | (_, None) => {}
        (_, Some(_)) => fields.refuse("/duplicate_of", "Only a duplicate has this."),
    }
}
