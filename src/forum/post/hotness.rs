//! What makes a question hot, and so where the list "hot" has it.

use chrono::{DateTime, Utc};

/// Seconds that a tenfold score is worth in the list "hot": two days.
const HOT_TENFOLD_S: f64 = 172_800.0;
/// Beyond this, more votes on answers make a question no hotter.
const HOT_ANSWERS_SCORE_MAX: i64 = 50;

/// What makes a question hot.
#[derive(Clone, Copy, Debug)]
pub struct Hotness {
    pub score: i64,
    /// Sum of the scores of its published answers.
    pub answers_score: i64,
    /// Members other than the asker who answered.
    pub participants: i64,
    pub asked_at: DateTime<Utc>,
}

/// The order of the list "hot", highest first. It changes with events only, never with time alone: a later question
/// simply starts higher.
pub fn hot_key(hotness: &Hotness) -> f64 {
    let score = (hotness.score + 2 * hotness.answers_score.min(HOT_ANSWERS_SCORE_MAX) + hotness.participants) as f64;
    let warmth = (1.0 + score.abs()).log10();
    (if score < 0.0 { -warmth } else { warmth }) + hotness.asked_at.timestamp() as f64 / HOT_TENFOLD_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenfold_score_is_worth_two_days() {
        let key = |score, answers_score, participants, asked_s| {
            hot_key(&Hotness { score, answers_score, participants, asked_at: DateTime::from_timestamp(asked_s, 0).unwrap() })
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
