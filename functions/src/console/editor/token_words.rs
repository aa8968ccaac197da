//! The tokens that an editor offers: Hookline's own, explained, and the tags that the campaign says
//! it will have.

use std::collections::BTreeSet;

use hookline::campaign::Campaign;
use hookline::token::{SYSTEM_TOKENS, SystemToken};

/// A token to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TokenOffer {
    pub(super) name: String,
    pub(super) about: &'static str,
}

/// Hookline's own tokens, by name.
pub(super) fn system_tokens() -> Vec<TokenOffer> {
    let offer = |(name, token): (&str, SystemToken)| TokenOffer {
        name: name.to_owned(),
        about: meaning(token),
    };
    SYSTEM_TOKENS.into_iter().map(offer).collect()
}

/// The tags that calls of the campaign may have, as far as its own document tells.
pub(super) fn campaign_tags(campaign: &Campaign) -> Vec<TokenOffer> {
    let mut names: BTreeSet<String> = BTreeSet::from(["geo".to_owned()]);
    names.extend(campaign.default_tags.iter().map(|(key, _)| key.to_string()));
    for webhook in &campaign.webhooks {
        let mapped = webhook.mapping.paths.iter();
        let targets = mapped.filter_map(|(tag, _)| webhook.mapping.key(tag.as_str()).ok());
        names.extend(targets.map(|key| key.to_string()));
        names.extend(webhook.matches.iter().map(|it| it.key().to_string()));
    }
    for entry in &campaign.conversion {
        names.extend(entry.matches.iter().map(|it| it.key().to_string()));
    }
    names.retain(|name| SystemToken::from_name(name).is_none());
    let offer = |name: String| {
        let about = match name.as_str() {
            "geo" => "where the caller is: us, us-ny, us-10101",
            _ => "a tag of this campaign",
        };
        TokenOffer { name, about }
    };
    names.into_iter().map(offer).collect()
}

fn meaning(token: SystemToken) -> &'static str {
    match token {
        SystemToken::CallId => "the platform's id of the call",
        SystemToken::CallUuid => "our own random id of the call",
        SystemToken::CallKey => "lets a partner post back to this call; keep it from strangers",
        SystemToken::CampaignId => "this campaign's id",
        SystemToken::CampaignName => "this campaign's name",
        SystemToken::CallerNumber => "the caller, +12125550123",
        SystemToken::CallerId => "the caller without the plus sign, 12125550123",
        SystemToken::NanpCallerNumber => "a North American caller's ten digits",
        SystemToken::CallerZip => "the caller's ZIP code, once something told it",
        SystemToken::CallerState => "the caller's state or province, ny",
        SystemToken::CallerCountry => "the caller's country, us",
        SystemToken::CalledNumber => "the number that was called",
        SystemToken::NumberName => "the platform's name for that number",
        SystemToken::CallStartTime => "when the call came, in unix seconds",
        SystemToken::CallDuration => "seconds from start to end, or to now",
        SystemToken::ConnectedSeconds => "seconds connected to the buyer",
        SystemToken::Connected => "yes once a buyer answered, else no",
        SystemToken::Converted => "yes when the call converted, else no",
        SystemToken::BuyerId => "the buyer chosen last",
        SystemToken::BuyerName => "that buyer's name",
        SystemToken::PublisherId => "who sent the call, as the platform says",
        SystemToken::SubId => "the publisher's own reference, as the platform says",
        SystemToken::Revenue => "what the call earned, 30.00",
        SystemToken::Payout => "what the publisher is paid, 15.00",
        SystemToken::RecordingUrl => "where the recording is",
        SystemToken::HungUpBy => "who ended the call",
        SystemToken::Trigger => "what fires this webhook",
        SystemToken::DeliveryId => "the same on every attempt of a delivery",
        SystemToken::Attempt => "the attempt's number, from 1",
        SystemToken::WebhookId => "this webhook's id",
        SystemToken::WebhookName => "this webhook's name",
        SystemToken::Timestamp => "now, in unix seconds",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tags_are_gathered_from_everything_that_names_one() {
        let document = json!({"id": "c", "name": "c", "default_tags": {"vertical": ["solar"]},
            "webhooks": [{"id": "w", "trigger": "start", "url": "https://a.example/",
                "tag_prefix": "crm_", "response_map": {"score": "lead.score"},
                "matches": ["plan:gold", "caller_state:ny"]}],
            "conversion": [{"matches": ["credit_offer:yes"], "seconds": 1}]});
        let campaign = Campaign::from_document(&document).unwrap();
        let offered = campaign_tags(&campaign);
        let names: Vec<_> = offered.iter().map(|offer| offer.name.as_str()).collect();
        assert_eq!(names, ["credit_offer", "crm_score", "geo", "plan", "vertical"]);
    }
}
