//! One webhook of a campaign: when it fires, what it sends and what becomes of the answer.

use std::time::Duration;

use http::{HeaderName, Method};

use super::WebhookId;
use crate::answer::Mapping;
use crate::matching::Conditions;
use crate::signature::SigningSecret;
use crate::template::{Template, UrlTemplate};
use crate::time::Timestamp;
use crate::trigger::Trigger;
use crate::window::{OpenWindow, Window, Windows};

/// A hundred years.
const FOR_EVER_SECONDS: i64 = 36_500 * 86400;

/// A webhook, parsed and valid.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its id in the campaign.
    pub id: WebhookId,
    /// Its name for people; the id when none was given.
    pub name: String,
    /// When it fires; for `timer`, `seconds` says more.
    pub trigger: Trigger,
    /// Whether it fires at all.
    pub enabled: bool,
    /// Where the request goes.
    pub url: UrlTemplate,
    /// How it is asked.
    pub method: Method,
    /// Headers of the owner's own.
    pub headers: Vec<(HeaderName, Template)>,
    /// The body, for methods that carry one.
    pub body: Option<WebhookBody>,
    /// Which calls it is for.
    pub matches: Conditions,
    /// Connected seconds at which a `timer` fires; 0 for the other triggers.
    pub seconds: u32,
    /// The deadline of one attempt.
    pub timeout: Duration,
    /// Seconds in which it is not fired again for a caller: 0 off, −1 for ever.
    pub dedupe_seconds: i64,
    /// The owner's word on whether answers become tags.
    pub parse_response: Option<bool>,
    /// How answers become tags.
    pub mapping: Mapping,
    /// How often it is tried again; pings never are.
    pub retry: Retry,
    /// What its requests are signed with.
    pub signing_secret: Option<SigningSecret>,
    /// Its place in firing order.
    pub order: i64,
}

/// What a webhook sends as its body.
#[derive(Debug, Clone)]
pub struct WebhookBody {
    /// The media type, which also decides how values are escaped.
    pub content_type: String,
    /// The text with its tokens.
    pub template: Template,
}

/// The retry schedules of section 12 of the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// One attempt.
    None,
    /// Seven more attempts within nine hours.
    Standard,
    /// Three more after those, within three days.
    Extended,
}

impl Retry {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Standard => "standard",
            Self::Extended => "extended",
        }
    }
}

impl Webhook {
    /// The window that a delivery which succeeded `now` opens for its caller; `None` when the owner
    /// wants none.
    #[must_use]
    pub fn window(&self, now: Timestamp) -> Option<OpenWindow> {
        let seconds = match self.dedupe_seconds {
            0 => return None,
            -1 => FOR_EVER_SECONDS,
            seconds => seconds,
        };
        let until = now.plus_seconds(seconds);
        Some(OpenWindow { window: Window::Webhook(self.id.clone()), until })
    }

    /// Whether its window is among these.
    #[must_use]
    pub fn is_deduped(&self, windows: &Windows) -> bool {
        self.dedupe_seconds != 0 && windows.contains(&Window::Webhook(self.id.clone()))
    }

    /// Whether answers become tags: the owner's word, or else the trigger's rule.
    #[must_use]
    pub fn parses_response(&self) -> bool {
        self.parse_response.unwrap_or(self.trigger.parses_response())
    }
}
