//! A campaign: the webhooks its owner configured and what a call of it earns.
//!
//! A [`Campaign`] exists only whole and valid: it is read from its document once, at save and when
//! it comes from the store, and everything in it (templates, matches, paths) is parsed by then.

mod conversion;
mod document;
mod id;
mod templates;
mod twilio;
mod webhook;
mod webhook_document;

use rust_decimal::Decimal;

pub use conversion::{Conversion, Criterion};
pub use document::SecretsShown;
pub(crate) use document::unmask;
pub use id::{CampaignId, WebhookId};
pub use twilio::TwilioSettings;
pub use webhook::{Retry, Webhook, WebhookBody};

use crate::secret::Secret;
use crate::tag::{TagKey, TagSet};
use crate::trigger::Trigger;

/// The most webhooks a campaign has.
pub const MAX_WEBHOOKS: usize = 50;

/// A campaign, valid as a whole.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Its id, chosen by its owner.
    pub id: CampaignId,
    /// Its name for people.
    pub name: String,
    /// Whether its webhooks fire.
    pub enabled: bool,
    /// How often it has been saved.
    pub version: u64,
    /// Its webhooks in firing order.
    pub webhooks: Vec<Webhook>,
    /// Tags of calls that bring no value for these keys.
    pub default_tags: TagSet,
    /// What makes a call convert; the first entry whose matches hold is used.
    pub conversion: Vec<Conversion>,
    /// What is kept for a caller's next call.
    pub return_callers: Option<ReturnCallers>,
    /// Seconds from the end of a call to the decision about it, 0–900.
    pub settle_seconds: u16,
    /// The longest that first attempts of other deliveries hold `always` back, in seconds, 0–900; 0 for
    /// as long as they take. Retries never do.
    pub always_max_wait: u16,
    /// Named secrets for `hmac_sha256`.
    pub secrets: Vec<(String, Secret)>,
    /// What it takes calls from Twilio with; `None` when it takes none.
    pub twilio: Option<TwilioSettings>,
}

impl Campaign {
    /// The webhooks of a trigger, in firing order.
    pub fn webhooks_of(&self, trigger: Trigger) -> impl Iterator<Item = &Webhook> {
        self.webhooks.iter().filter(move |webhook| webhook.trigger == trigger)
    }

    /// The webhook of that id.
    #[must_use]
    pub fn webhook(&self, id: &WebhookId) -> Option<&Webhook> {
        self.webhooks.iter().find(|webhook| webhook.id == *id)
    }

    /// The secret of that name.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.iter().find(|(known, _)| known == name).map(|(_, secret)| secret)
    }
}

/// Which tags are kept for a caller's next call, and for how long (spec section 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnCallers {
    /// Which tags.
    pub remember: Remember,
    /// Days since the caller's last tagged call, 1–3650.
    pub days: u16,
}

/// Which tags a campaign remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remember {
    /// Every one that a webhook or a postback put on the call.
    All,
    /// Those under these keys.
    Keys(Vec<TagKey>),
}

impl Remember {
    /// Whether where the caller is is remembered.
    #[must_use]
    pub fn covers_place(&self) -> bool {
        self.covers("geo") || self.covers("caller_zip")
    }

    /// Whether a key is remembered.
    #[must_use]
    pub fn covers(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Keys(keys) => keys.iter().any(|kept| kept.as_str() == key),
        }
    }
}

/// Revenue and payout; absent means "nothing said", which 0 is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// What the call earns.
    pub revenue: Option<Decimal>,
    /// What the publisher is paid.
    pub payout: Option<Decimal>,
}

impl Amounts {
    /// These, and where nothing is said, those of `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { revenue: self.revenue.or(other.revenue), payout: self.payout.or(other.payout) }
    }
}
