//! When webhooks fire (spec section 1).

use serde::{Deserialize, Serialize};

/// The moment in a call's life that fires a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The call was received.
    Start,
    /// A buyer was chosen and is about to be dialled.
    Selected,
    /// The buyer answered.
    Answered,
    /// The end of a call that reached a buyer.
    Connect,
    /// The call met the campaign's conversion criteria.
    Conversion,
    /// It was decided that the call did not.
    NonConversion,
    /// The connected time reached the webhook's own `seconds`.
    Timer,
    /// A postback was accepted.
    Postback,
    /// The end of every call, after every other webhook.
    Always,
}

/// How a webhook's request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A plain server-to-server request while the call is up: no cookies, no redirects.
    Ping,
    /// A request like a browser's, with the call's cookie jar and vetted redirects.
    Browser,
}

impl Trigger {
    /// Every trigger, in the order of a call.
    pub const ALL: [Self; 9] = [
        Self::Start,
        Self::Selected,
        Self::Answered,
        Self::Timer,
        Self::Connect,
        Self::Conversion,
        Self::NonConversion,
        Self::Postback,
        Self::Always,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Selected => "selected",
            Self::Answered => "answered",
            Self::Connect => "connect",
            Self::Conversion => "conversion",
            Self::NonConversion => "non_conversion",
            Self::Timer => "timer",
            Self::Postback => "postback",
            Self::Always => "always",
        }
    }

    /// The trigger of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trigger| trigger.as_str() == name)
    }

    /// How its requests are made.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            Self::Start | Self::Selected | Self::Answered => Class::Ping,
            _ => Class::Browser,
        }
    }

    /// Whether answers become tags unless the webhook says otherwise.
    #[must_use]
    pub fn parses_response(self) -> bool {
        self.class() == Class::Ping
    }
}

impl std::fmt::Display for Trigger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
