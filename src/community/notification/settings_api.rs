//! What a member wants to be told.

use poem_openapi::{Object, OpenApi, payload::Json};

use super::{rules::NotificationKind, store};
use crate::{
    domain::ApiTag,
    identity::Myself,
    kit::{Kit, Problem, problem::Fields},
};

/// Operations on a member's notification settings: read and change.
pub struct NotificationSettingsApi {
    pub kit: Kit,
}

/// What a member is not told.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NotificationSettings {
    /// The kinds that are switched off.
    off: Vec<NotificationKind>,
}

#[OpenApi(prefix_path = "/me/notification-settings", tag = "ApiTag::Community")]
impl NotificationSettingsApi {
    /// Get what the caller is not told
    #[oai(path = "/", method = "get", operation_id = "get_notification_settings")]
    async fn get_notification_settings(&self, myself: Myself) -> Result<Json<NotificationSettings>, Problem> {
        let mut conn = self.kit.db.read().await?;
        Ok(Json(NotificationSettings { off: store::find_off(&mut conn, myself.0.member_id).await? }))
    }

    /// Choose what not to be told
    ///
    /// From now on; what was told stays.
    #[oai(path = "/", method = "put", operation_id = "set_notification_settings")]
    async fn set_notification_settings(
        &self,
        myself: Myself,
        body: Json<NotificationSettings>,
    ) -> Result<Json<NotificationSettings>, Problem> {
        let me = myself.0.member_id;
        let mut fields = Fields::default();
        if body.off.len() > NotificationKind::ALL.len() {
            fields.refuse("/off", "These are more than there are kinds.");
        }
        fields.done()?;
        let mut tx = myself.0.begin(&self.kit).await?;
        store::set_off(&mut tx, me, &body.off).await?;
        let off = store::find_off(&mut tx, me).await?;
        tx.commit().await?;
        Ok(Json(NotificationSettings { off }))
    }
}
