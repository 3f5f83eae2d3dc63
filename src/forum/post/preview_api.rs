//! How a text will look, before it is posted.

use std::time::Duration;

use poem_openapi::{Object, OpenApi, payload::Json};

use super::{mention::Mentions, rules::render};
use crate::{
    domain::ApiTag,
    identity::{Member, site_settings::rules::BODY_CHARS_MAX},
    kit::{Kit, Problem, problem::Fields, rate_limits::RateLimit, text::Text},
};

/// Looks at a text before it is posted; whoever types sees every pause of theirs.
pub const PREVIEW: RateLimit = RateLimit::per("preview", 60, Duration::from_secs(60));

/// The operation that renders a text which is not posted.
pub struct PreviewApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct Preview {
    /// Markdown, 1 to 32,000 characters.
    body: Text,
}

/// A text as it would be shown.
#[derive(Object)]
struct Previewed {
    /// Safe to show as it is.
    body_html: String,
}

#[OpenApi(tag = "ApiTag::Forum")]
impl PreviewApi {
    /// See how a text will look
    ///
    /// Exactly as a post or comment of these words would be kept; what the caller may not post, such as too many links, is
    /// refused likewise.
    #[oai(path = "/markdown/preview", method = "post", operation_id = "preview_markdown")]
    async fn preview_markdown(&self, member: Member, body: Json<Preview>) -> Result<Json<Previewed>, Problem> {
        self.kit.limits.take(PREVIEW, &member.0.caller())?;
        let mentions = Mentions::find(&self.kit, &[&body.body]).await?;
        let mut fields = Fields::default();
        let rendered = render(&mut fields, &member.0, &body.body, 1..=BODY_CHARS_MAX, &mentions);
        fields.done()?;
        Ok(Json(Previewed { body_html: rendered.html }))
    }
}
