//! What can be set, and between which bounds.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::Currency,
    kit::{markdown, problem::Fields},
    refusals,
    schema::site,
    text_enum,
};

/// Characters of the site's name.
pub const NAME_CHARS: RangeInclusive<usize> = 1..=60;
/// Characters of its tagline.
pub const TAGLINE_CHARS: RangeInclusive<usize> = 0..=200;
/// Characters of what points are called.
pub const POINT_NAME_CHARS: RangeInclusive<usize> = 1..=30;
/// Characters of what a referral says.
pub const REFERRAL_TEXT_CHARS: RangeInclusive<usize> = 0..=2_000;
/// Characters of the welcome, as Markdown.
pub const WELCOME_CHARS: RangeInclusive<usize> = 0..=10_000;
/// The longest title and body are the same everywhere.
pub const TITLE_CHARS_MAX: usize = 150;
/// More than anything on sale costs.
pub const REFERRAL_MIN_MINOR: RangeInclusive<i64> = 1..=1_000_000_000_000_000;
/// Characters of a post's body, as Markdown.
pub const BODY_CHARS_MAX: usize = 32_000;
/// What the least number of characters of a title may be set to.
pub const TITLE_CHARS_MIN: RangeInclusive<i64> = 1..=60;
/// What the least number of characters of a body may be set to.
pub const BODY_CHARS_MIN: RangeInclusive<i64> = 1..=1_000;
/// What the weight of flags may be set to that hides a post.
pub const FLAG_HIDE_WEIGHT: RangeInclusive<i64> = 1..=100;
/// How many flaggers may be wanted for hiding a post.
pub const FLAG_HIDE_FLAGGERS: RangeInclusive<i64> = 1..=20;
/// What the weight of flags may be set to that locks a question.
pub const FLAG_LOCK_WEIGHT: RangeInclusive<i64> = 5..=500;
/// How many flaggers may be wanted for locking a question.
pub const FLAG_LOCK_FLAGGERS: RangeInclusive<i64> = 2..=50;
/// How many flaggers may be wanted for silencing a newcomer.
pub const FLAG_SILENCE_FLAGGERS: RangeInclusive<i64> = 2..=20;

text_enum! {
    /// A language that the pages are written in.
    pub enum Language {
        English = "en",
        German = "de",
    }
}

refusals! {
    /// Why nobody can join.
    pub enum Refusal {
        SignUpClosed = FORBIDDEN "sign_up_closed" "This community takes no new members at the moment.",
    }
}

/// All settings, in one row.
#[derive(Queryable, Selectable, AsChangeset, Clone, Debug, PartialEq)]
#[diesel(table_name = site)]
pub struct SiteSettings {
    pub name: String,
    pub tagline: String,
    pub language: Language,
    pub currency: String,
    pub point_singular: String,
    pub point_plural: String,
    pub referral_text: String,
    pub welcome_markdown: String,
    pub welcome_html: String,
    pub sign_up_open: bool,
    pub title_chars_min: i32,
    pub body_chars_min: i32,
    pub flag_hide_weight: i32,
    pub flag_hide_flaggers: i32,
    pub flag_lock_weight: i32,
    pub flag_lock_flaggers: i32,
    pub flag_silence_flaggers: i32,
    pub referral_min_minor: i64,
    pub referral_min_currency: String,
    pub version: i32,
    pub edited_at: DateTime<Utc>,
}

impl SiteSettings {
    /// Characters that a title must have.
    pub fn title_chars(&self) -> RangeInclusive<usize> {
        self.title_chars_min.unsigned_abs() as usize..=TITLE_CHARS_MAX
    }
    /// Characters that a body must have.
    pub fn body_chars(&self) -> RangeInclusive<usize> {
        self.body_chars_min.unsigned_abs() as usize..=BODY_CHARS_MAX
    }

    /// The numbers that can be set, with the least and the most that each may be.
    fn numbers(&self) -> [(&'static str, i32, RangeInclusive<i64>); 7] {
        [
            ("/title_chars_min", self.title_chars_min, TITLE_CHARS_MIN),
            ("/body_chars_min", self.body_chars_min, BODY_CHARS_MIN),
            ("/flag_hide_weight", self.flag_hide_weight, FLAG_HIDE_WEIGHT),
            ("/flag_hide_flaggers", self.flag_hide_flaggers, FLAG_HIDE_FLAGGERS),
            ("/flag_lock_weight", self.flag_lock_weight, FLAG_LOCK_WEIGHT),
            ("/flag_lock_flaggers", self.flag_lock_flaggers, FLAG_LOCK_FLAGGERS),
            ("/flag_silence_flaggers", self.flag_silence_flaggers, FLAG_SILENCE_FLAGGERS),
        ]
    }

    /// Refuses what cannot be set, and renders what is shown.
    pub fn check(&mut self, fields: &mut Fields) {
        fields.chars("/name", &self.name, NAME_CHARS);
        fields.chars("/tagline", &self.tagline, TAGLINE_CHARS);
        fields.chars("/point_singular", &self.point_singular, POINT_NAME_CHARS);
        fields.chars("/point_plural", &self.point_plural, POINT_NAME_CHARS);
        fields.chars("/referral_text", &self.referral_text, REFERRAL_TEXT_CHARS);
        fields.chars("/welcome_markdown", &self.welcome_markdown, WELCOME_CHARS);
        for text in [&mut self.name, &mut self.tagline, &mut self.point_singular, &mut self.point_plural] {
            *text = text.trim().to_owned();
        }
        for (pointer, currency) in [("/currency", &self.currency), ("/referral_min_currency", &self.referral_min_currency)] {
            if Currency::parse(currency).is_none() {
                fields.refuse(pointer, "This is no currency of ISO 4217.");
            }
        }
        fields.range("/referral_min_minor", self.referral_min_minor, REFERRAL_MIN_MINOR);
        for (pointer, number, range) in self.numbers() {
            fields.range(pointer, number.into(), range);
        }
        match markdown::render(&self.welcome_markdown, &markdown::nobody) {
            Ok(rendered) => self.welcome_html = rendered.html,
            Err(refused) => fields.refuse("/welcome_markdown", refused.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> SiteSettings {
        SiteSettings {
            name: "Home Baristas".to_owned(),
            tagline: String::new(),
            language: Language::English,
            currency: "EUR".to_owned(),
            point_singular: "bean".to_owned(),
            point_plural: "beans".to_owned(),
            referral_text: String::new(),
            welcome_markdown: String::new(),
            welcome_html: String::new(),
            sign_up_open: true,
            title_chars_min: 15,
            body_chars_min: 20,
            flag_hide_weight: 8,
            flag_hide_flaggers: 2,
            flag_lock_weight: 30,
            flag_lock_flaggers: 5,
            flag_silence_flaggers: 3,
            referral_min_minor: 2_000,
            referral_min_currency: "EUR".to_owned(),
            version: 1,
            edited_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn settings_keep_within_their_bounds() {
        type Change = fn(&mut SiteSettings);
        let cases: [(&str, Change); 11] = [
            ("", |_| {}),
            ("/name", |site| site.name = "  ".to_owned()),
            ("/tagline", |site| site.tagline = "x".repeat(201)),
            ("/currency", |site| site.currency = "EURO".to_owned()),
            ("/point_plural", |site| site.point_plural = String::new()),
            ("/welcome_markdown", |site| site.welcome_markdown = "> ".repeat(100) + "deep"),
            ("/referral_min_minor", |site| site.referral_min_minor = 0),
            ("/referral_min_currency", |site| site.referral_min_currency = "eur".to_owned()),
            ("/title_chars_min", |site| site.title_chars_min = 0),
            ("/body_chars_min", |site| site.body_chars_min = 1_001),
            ("/flag_lock_flaggers", |site| site.flag_lock_flaggers = -5),
        ];
        for (pointer, change) in cases {
            let mut site = site();
            change(&mut site);
            let mut fields = Fields::default();
            site.check(&mut fields);
            let refused: Vec<String> = fields.done().err().into_iter().flat_map(|problem| problem.errors).map(|e| e.pointer).collect();
            assert_eq!(refused, if pointer.is_empty() { vec![] } else { vec![pointer.to_owned()] });
        }
    }
}
