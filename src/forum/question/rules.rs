//! What a question may look like, and how questions are ordered.

use chrono::{DateTime, Utc};

use crate::{
    forum::post::{CloseReason, PostRow},
    kit::problem::Fields,
    refusals,
    words::PostId,
};

refusals! {
    pub enum Refusal {
        HasAnswers = CONFLICT "question_has_answers" "Others have answered; ask staff to remove this question.",
        ClosedAlready = CONFLICT "question_closed" "This question is closed already.",
        NotClosed = CONFLICT "question_not_closed" "This question is not closed.",
    }
}

/// Seconds that a tenfold score is worth in the list "hot": two days.
const HOT_TENFOLD_S: f64 = 172_800.0;
/// Beyond this, more votes on answers make a question no hotter.
const HOT_ANSWERS_SCORE_MAX: i64 = 50;

/// What makes a question hot.
#[derive(Clone, Copy, Debug)]
pub struct Heat {
    pub score: i64,
    /// Sum of the scores of its published answers.
    pub answers_score: i64,
    /// Members other than the asker who answered.
    pub participants: i64,
    pub asked_at: DateTime<Utc>,
}

/// The order of the list "hot", highest first. It changes with events only, never with time alone: a later question
/// simply starts higher.
pub fn hot_key(heat: &Heat) -> f64 {
    let score = (heat.score + 2 * heat.answers_score.min(HOT_ANSWERS_SCORE_MAX) + heat.participants) as f64;
    let warmth = (1.0 + score.abs()).log10();
    (if score < 0.0 { -warmth } else { warmth }) + heat.asked_at.timestamp() as f64 / HOT_TENFOLD_S
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenfold_score_is_worth_two_days() {
        let key = |score, answers_score, participants, asked_s| {
            hot_key(&Heat { score, answers_score, participants, asked_at: DateTime::from_timestamp(asked_s, 0).unwrap() })
        };
        for ((score, answers_score, participants, asked_s), expected) in [
            ((0, 0, 0, 0), 0.0),
            ((9, 0, 0, 0), 1.0),
            ((-9, 0, 0, 0), -1.0),
            ((1, 3, 2, 0), 1.0),
            ((99, 0, 0, 0), 2.0),
            // 100 from answers is the most they give.
            ((-1, 50, 0, 0), 2.0),
            ((-1, 5_000, 0, 0), 2.0),
            ((0, 0, 0, 172_800), 1.0),
            ((9, 0, 0, 345_600), 3.0),
        ] {
            let hot = key(score, answers_score, participants, asked_s);
            assert!((hot - expected).abs() < 1e-9, "{score} {answers_score} {participants} {asked_s}: {hot}");
        }
    }
}
