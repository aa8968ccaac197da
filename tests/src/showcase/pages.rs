//! Every kind of page that the console has, with something on it.

use serde_json::Value;

use super::{CALL, CAMPAIGN, Showcase, ShowcaseError};

impl Showcase {
    /// Names and paths of pages for somebody who is signed in.
    ///
    /// # Errors
    /// When the management API does not say what there is.
    pub async fn pages(&self) -> Result<Vec<(&'static str, String)>, ShowcaseError> {
        let campaign = format!("/console/campaigns/{CAMPAIGN}");
        let call = format!("/console/calls/{CALL}");
        let id = |of: &Value| of.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let keys = format!("/campaigns/{CAMPAIGN}/postback-keys");
        let keys = self.get(&keys).await?;
        let key = keys.pointer("/keys/0").map(id).unwrap_or_default();
        let told = self.get(&format!("/calls/{CALL}")).await?;
        let delivery = told.pointer("/deliveries/0").map(id).unwrap_or_default();
        let pages = [
            ("campaigns", "/console/".to_owned()),
            ("campaign", campaign.clone()),
            ("campaign-empty", "/console/campaigns/roofing".to_owned()),
            ("campaign-delete", format!("{campaign}/delete")),
            ("picker", format!("{campaign}/new-webhook")),
            ("webhook-new", format!("{campaign}/new-webhook?trigger=selected")),
            ("webhook-sample", format!("{campaign}/new-webhook?sample=hubspot")),
            ("webhook", format!("{campaign}/webhooks/auction")),
            ("webhook-delete", format!("{campaign}/webhooks/auction/delete")),
            ("calls", format!("{campaign}/calls")),
            ("calls-empty", "/console/campaigns/roofing/calls".to_owned()),
            ("call", call.clone()),
            ("delivery", format!("{call}/deliveries/{delivery}")),
            ("failed", format!("{campaign}/deliveries")),
            ("failed-empty", "/console/campaigns/roofing/deliveries".to_owned()),
            ("postback-keys", format!("{campaign}/keys")),
            ("postback-keys-empty", "/console/campaigns/roofing/keys".to_owned()),
            ("key-delete", format!("{campaign}/keys/{key}/delete")),
            ("keys", "/console/keys".to_owned()),
            ("reference", "/console/reference".to_owned()),
        ];
        Ok(pages.into())
    }
}
