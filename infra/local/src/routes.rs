//! Which function answers which request; `template.yaml` declares the same for the cloud.

use http::Method;

/// A function of the deployment that answers HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Takes `start` events.
    Start,
    /// Takes `selected` events.
    Selected,
    /// Takes `answered` events.
    Answered,
    /// Takes `ended` and `recording` events.
    Ended,
    /// Takes postbacks to a call.
    Postback,
    /// Takes data about a caller.
    Data,
    /// The management API and the console.
    Api,
}

impl Function {
    const ALL: [Self; 7] = [
        Self::Start,
        Self::Selected,
        Self::Answered,
        Self::Ended,
        Self::Postback,
        Self::Data,
        Self::Api,
    ];

    /// Its name in the deployment, after the stack's and a dash.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Selected => "selected",
            Self::Answered => "answered",
            Self::Ended => "ended",
            Self::Postback => "postback",
            Self::Data => "data",
            Self::Api => "api",
        }
    }

    /// The function of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
    }
}

/// The routes of functions that take one kind of request: method, path with its parameters in
/// braces, function.
pub const ROUTES: [(Method, &str, Function); 14] = [
    (Method::POST, "/calls/{call_id}/start", Function::Start),
    (Method::POST, "/calls/{call_id}/selected", Function::Selected),
    (Method::POST, "/calls/{call_id}/answered", Function::Answered),
    (Method::POST, "/calls/{call_id}/ended", Function::Ended),
    (Method::POST, "/calls/{call_id}/recording", Function::Ended),
    (Method::POST, "/twilio/{campaign_id}/start", Function::Start),
    (Method::POST, "/twilio/{campaign_id}/leg", Function::Answered),
    (Method::POST, "/twilio/{campaign_id}/status", Function::Ended),
    (Method::POST, "/twilio/{campaign_id}/recording", Function::Ended),
    (Method::POST, "/twilio/{campaign_id}/dialed", Function::Ended),
    (Method::GET, "/postback/{call_id}", Function::Postback),
    (Method::POST, "/postback/{call_id}", Function::Postback),
    (Method::GET, "/data/{postback_key}", Function::Data),
    (Method::POST, "/data/{postback_key}", Function::Data),
];

/// The route of every other request, as API Gateway names it, and the function behind it.
pub const OTHERS: (&str, Function) = ("$default", Function::Api);
