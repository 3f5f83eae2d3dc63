//! The site as everybody sees it, and its settings.

use chrono::{DateTime, Utc};
use poem_openapi::{Object, OpenApi, param::Header, payload::Json, types::ToJSON};
use serde_json::json;
use uuid::Uuid;

use super::{
    rules::{Language, SiteSettings},
    store,
};
use crate::{
    domain::ApiTag,
    identity::{
        Admin, Visitor,
        audit::{self, AuditEntry},
    },
    kit::{
        Kit, Problem,
        etag::{self, Conditional, Edited, Tagged},
        problem::Fields,
        text::Text,
    },
};

/// Operations on the site: read it, read its settings and change them.
pub struct SiteApi {
    pub kit: Kit,
}

/// The community as it presents itself.
#[derive(Object)]
struct SiteView {
    name: String,
    tagline: String,
    /// The language of the pages, unless a reader prefers another.
    language: Language,
    /// ISO 4217: what the programme's amounts are shown in.
    currency: String,
    /// What one point is called.
    point_singular: String,
    /// What points are called.
    point_plural: String,
    /// What the page on referrals says, as plain text.
    referral_text: String,
    /// An announcement for everybody; empty without one.
    welcome_html: String,
    /// Whether one can register.
    sign_up_open: bool,
    /// How short a title may be.
    title_chars_min: i32,
    /// How short a question or an answer may be.
    body_chars_min: i32,
}

/// All settings.
#[derive(Object)]
struct SettingsView {
    #[oai(flatten)]
    site: SiteView,
    welcome_markdown: String,
    /// Flags that weigh so much together hide a post.
    flag_hide_weight: i32,
    /// But not before so many members have flagged it.
    flag_hide_flaggers: i32,
    /// Flags that weigh so much together lock a question for 4 hours.
    flag_lock_weight: i32,
    /// But not before so many members have flagged it and its answers.
    flag_lock_flaggers: i32,
    /// So many members' flags silence a new author.
    flag_silence_flaggers: i32,
    /// Money must pay at least so much, in minor units, for the order of somebody who was recommended; what gift cards and
    /// points pay does not count.
    referral_min_minor: i64,
    /// ISO 4217. Orders in other currencies do not count.
    referral_min_currency: String,
    edited_at: DateTime<Utc>,
}

/// Only what is given changes.
#[derive(Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
struct EditSettings {
    /// 1 to 60 characters.
    name: Option<Text>,
    /// At most 200 characters.
    tagline: Option<Text>,
    language: Option<Language>,
    /// ISO 4217. Earning rules and the minimum of referrals keep the currency that they name.
    currency: Option<Text>,
    /// 1 to 30 characters.
    point_singular: Option<Text>,
    /// 1 to 30 characters.
    point_plural: Option<Text>,
    /// Plain text, at most 2,000 characters.
    referral_text: Option<Text>,
    /// Markdown, at most 10,000 characters; empty for no announcement.
    welcome_markdown: Option<Text>,
    sign_up_open: Option<bool>,
    /// 1 to 60; 15 to begin with.
    title_chars_min: Option<i32>,
    /// 1 to 1,000; 20 to begin with.
    body_chars_min: Option<i32>,
    /// 1 to 100; 8 to begin with.
    flag_hide_weight: Option<i32>,
    /// 1 to 20; 2 to begin with.
    flag_hide_flaggers: Option<i32>,
    /// 5 to 500; 30 to begin with.
    flag_lock_weight: Option<i32>,
    /// 2 to 50; 5 to begin with.
    flag_lock_flaggers: Option<i32>,
    /// 2 to 20; 3 to begin with.
    flag_silence_flaggers: Option<i32>,
    /// At least 1; 20 units of the currency to begin with. Referrals whose order has come already keep what it was then.
    referral_min_minor: Option<i64>,
    /// ISO 4217.
    referral_min_currency: Option<Text>,
}

impl EditSettings {
    fn of(self, old: SiteSettings, now: DateTime<Utc>) -> SiteSettings {
        let text = |new: Option<Text>, old: String| new.map_or(old, |text| text.0);
        SiteSettings {
            name: text(self.name, old.name),
            tagline: text(self.tagline, old.tagline),
            language: self.language.unwrap_or(old.language),
            currency: text(self.currency, old.currency),
            point_singular: text(self.point_singular, old.point_singular),
            point_plural: text(self.point_plural, old.point_plural),
            referral_text: text(self.referral_text, old.referral_text),
            welcome_markdown: text(self.welcome_markdown, old.welcome_markdown),
            welcome_html: old.welcome_html,
            sign_up_open: self.sign_up_open.unwrap_or(old.sign_up_open),
            title_chars_min: self.title_chars_min.unwrap_or(old.title_chars_min),
            body_chars_min: self.body_chars_min.unwrap_or(old.body_chars_min),
            flag_hide_weight: self.flag_hide_weight.unwrap_or(old.flag_hide_weight),
            flag_hide_flaggers: self.flag_hide_flaggers.unwrap_or(old.flag_hide_flaggers),
            flag_lock_weight: self.flag_lock_weight.unwrap_or(old.flag_lock_weight),
            flag_lock_flaggers: self.flag_lock_flaggers.unwrap_or(old.flag_lock_flaggers),
            flag_silence_flaggers: self.flag_silence_flaggers.unwrap_or(old.flag_silence_flaggers),
            referral_min_minor: self.referral_min_minor.unwrap_or(old.referral_min_minor),
            referral_min_currency: text(self.referral_min_currency, old.referral_min_currency),
            version: old.version + 1,
            edited_at: now,
        }
    }
}

#[OpenApi(tag = "ApiTag::Administration")]
impl SiteApi {
    /// Get the site
    ///
    /// How the community presents itself: its name, its points' name, its announcement. May be a few seconds old.
    #[oai(path = "/site", method = "get", operation_id = "get_site")]
    async fn get_site(
        &self,
        _visitor: Visitor,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Conditional<SiteView>, Problem> {
        let site = super::current(&self.kit).await?;
        Ok(Tagged::of_version(site.version, &view(&site)).read(if_none_match.0.as_deref()))
    }

    /// Get the settings
    #[oai(path = "/admin/settings", method = "get", operation_id = "get_settings")]
    async fn get_settings(
        &self,
        _admin: Admin,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Conditional<SettingsView>, Problem> {
        let site = store::find(&mut *self.kit.db.read().await?).await?;
        Ok(Tagged::of_version(site.version, &settings(site)).read(if_none_match.0.as_deref()))
    }

    /// Edit the settings
    ///
    /// Effective at once, on other servers of the same community within seconds.
    #[oai(path = "/admin/settings", method = "patch", operation_id = "edit_settings")]
    async fn edit_settings(
        &self,
        admin: Admin,
        /// Edit only this version.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Json<EditSettings>,
    ) -> Result<Edited<SettingsView>, Problem> {
        let now = self.kit.clock.now();
        let detail = json!({ "edit": body.0.to_json() });
        let mut tx = self.kit.db.begin().await?;
        let old = store::lock(&mut tx).await?;
        etag::guard(if_match.0.as_deref(), old.version)?;
        let mut new = body.0.of(old, now);
        let mut fields = Fields::default();
        new.check(&mut fields);
        fields.done()?;
        store::update(&mut tx, &new).await?;
        let actor = Some(admin.0.member_id);
        audit::record(&mut tx, AuditEntry::new(actor, "edit_settings", ("site", Uuid::nil()), "", detail, now)).await?;
        tx.commit().await?;
        self.kit.cache.clear();
        Ok(Tagged::of_version(new.version, &settings(new)).edited())
    }
}

fn view(site: &SiteSettings) -> SiteView {
    SiteView {
        name: site.name.clone(),
        tagline: site.tagline.clone(),
        language: site.language,
        currency: site.currency.clone(),
        point_singular: site.point_singular.clone(),
        point_plural: site.point_plural.clone(),
        referral_text: site.referral_text.clone(),
        welcome_html: site.welcome_html.clone(),
        sign_up_open: site.sign_up_open,
        title_chars_min: site.title_chars_min,
        body_chars_min: site.body_chars_min,
    }
}

fn settings(site: SiteSettings) -> SettingsView {
    SettingsView {
        site: view(&site),
        welcome_markdown: site.welcome_markdown,
        flag_hide_weight: site.flag_hide_weight,
        flag_hide_flaggers: site.flag_hide_flaggers,
        flag_lock_weight: site.flag_lock_weight,
        flag_lock_flaggers: site.flag_lock_flaggers,
        flag_silence_flaggers: site.flag_silence_flaggers,
        referral_min_minor: site.referral_min_minor,
        referral_min_currency: site.referral_min_currency,
        edited_at: site.edited_at,
    }
}
