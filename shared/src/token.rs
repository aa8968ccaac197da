//! The names that Hookline itself has an answer for (spec section 4).

/// A token whose value comes from the call, the campaign or the delivery.
///
/// Tags may not take these names; `publisher_id` and `sub_id` are the two whose values the
/// platform sends as tags of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SystemToken {
    /// The platform's id of the call.
    CallId,
    /// Hookline's own random id of the call.
    CallUuid,
    /// The secret that lets a partner post back to this call.
    CallKey,
    /// The campaign's id.
    CampaignId,
    /// The campaign's name.
    CampaignName,
    /// The caller in E.164 form.
    CallerNumber,
    /// The caller's digits without the plus sign.
    CallerId,
    /// The ten digits of a North American caller; empty for others.
    NanpCallerNumber,
    /// The caller's ZIP code, once something has told it.
    CallerZip,
    /// The caller's state or province, lower case without country: `oh`.
    CallerState,
    /// The caller's country, ISO 3166 alpha-2, lower case.
    CallerCountry,
    /// The number that was called, E.164.
    CalledNumber,
    /// The platform's name for the number that was called.
    NumberName,
    /// When the call was received, unix seconds.
    CallStartTime,
    /// Seconds from the start of the call to its end, or to now.
    CallDuration,
    /// Seconds connected to the buyer.
    ConnectedSeconds,
    /// `yes` when a buyer answered, else `no`.
    Connected,
    /// `yes` when the call converted, else `no`.
    Converted,
    /// The buyer chosen last.
    BuyerId,
    /// The name of the buyer chosen last.
    BuyerName,
    /// Who sent the call; the platform says so.
    PublisherId,
    /// The publisher's own reference; the platform says so.
    SubId,
    /// What the call earned, decimal.
    Revenue,
    /// What the publisher is paid, decimal.
    Payout,
    /// Where the recording is.
    RecordingUrl,
    /// Who ended the call.
    HungUpBy,
    /// The trigger that fires the webhook.
    Trigger,
    /// The delivery's id.
    DeliveryId,
    /// The attempt's number, from 1.
    Attempt,
    /// The webhook's id.
    WebhookId,
    /// The webhook's name.
    WebhookName,
    /// Now, unix seconds.
    Timestamp,
}

/// Every system token with its name, sorted by name.
pub const SYSTEM_TOKENS: [(&str, SystemToken); 32] = [
    ("attempt", SystemToken::Attempt),
    ("buyer_id", SystemToken::BuyerId),
    ("buyer_name", SystemToken::BuyerName),
    ("call_duration", SystemToken::CallDuration),
    ("call_id", SystemToken::CallId),
    ("call_key", SystemToken::CallKey),
    ("call_start_time", SystemToken::CallStartTime),
    ("call_uuid", SystemToken::CallUuid),
    ("called_number", SystemToken::CalledNumber),
    ("caller_country", SystemToken::CallerCountry),
    ("caller_id", SystemToken::CallerId),
    ("caller_number", SystemToken::CallerNumber),
    ("caller_state", SystemToken::CallerState),
    ("caller_zip", SystemToken::CallerZip),
    ("campaign_id", SystemToken::CampaignId),
    ("campaign_name", SystemToken::CampaignName),
    ("connected", SystemToken::Connected),
    ("connected_seconds", SystemToken::ConnectedSeconds),
    ("converted", SystemToken::Converted),
    ("delivery_id", SystemToken::DeliveryId),
    ("hung_up_by", SystemToken::HungUpBy),
    ("nanp_caller_number", SystemToken::NanpCallerNumber),
    ("number_name", SystemToken::NumberName),
    ("payout", SystemToken::Payout),
    ("publisher_id", SystemToken::PublisherId),
    ("recording_url", SystemToken::RecordingUrl),
    ("revenue", SystemToken::Revenue),
    ("sub_id", SystemToken::SubId),
    ("timestamp", SystemToken::Timestamp),
    ("trigger", SystemToken::Trigger),
    ("webhook_id", SystemToken::WebhookId),
    ("webhook_name", SystemToken::WebhookName),
];

impl SystemToken {
    /// The token of that lower-case name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let at = SYSTEM_TOKENS.binary_search_by_key(&name, |(name, _)| name).ok()?;
        SYSTEM_TOKENS.get(at).map(|(_, token)| *token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_token() {
        for (name, token) in SYSTEM_TOKENS {
            assert_eq!(SystemToken::from_name(name), Some(token), "{name}");
        }
        assert_eq!(SystemToken::from_name("first_name"), None);
    }
}
