//! How the journal reads.

use std::fmt;

use hookline::delivery::{Delivery, DeliveryKey, Progress};
use hookline::ports::hints::Hint;

use super::journal::{Answered, Sent, Task, What};

/// A delivery in short: `call trigger/webhook/occurrence`.
#[must_use]
pub fn short(key: &DeliveryKey) -> String {
    let occurrence: String = key.occurrence.chars().take(8).collect();
    format!("{} {}/{}/{occurrence}", key.call, key.trigger, key.webhook)
}

fn hint(hint: &Hint) -> String {
    match hint {
        Hint::Delivery(key) => short(key),
        Hint::Call { call } => format!("call {call}"),
    }
}

fn created(delivery: &Delivery) -> String {
    let state = match &delivery.progress {
        Progress::Due { at } => format!("due {at}"),
        Progress::Claimed { .. } => "claimed".to_owned(),
        Progress::Ended => "skipped".to_owned(),
    };
    format!("{} {state}", short(&delivery.key))
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(call, kind) => write!(f, "take {kind} of {call}"),
            Self::Deliver(key) => write!(f, "deliver {}", short(key)),
            Self::Advance(call) => write!(f, "advance {call}"),
            Self::Replay(key) => write!(f, "replay {}", short(key)),
            Self::Posting(number) => write!(f, "take posting {number}"),
            Self::Sweep => f.write_str("sweep"),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Began(task) => write!(f, "> {task}"),
            Self::Done => f.write_str("< done"),
            Self::Failed(error) => write!(f, "< failed: {error}"),
            Self::Died(death) => write!(f, "< died: {death:?}"),
            Self::Faulted { action, done: true } => write!(f, "! no answer, but did {action}"),
            Self::Faulted { action, done: false } => write!(f, "! refused to {action}"),
            Self::AskedAgain(action) => write!(f, "! asked again to {action}"),
            Self::ReadCall(call) => write!(f, "read {call}"),
            Self::ReadCampaign => f.write_str("read the campaign"),
            Self::ReadWindows(windows) => write!(f, "read windows {windows:?}"),
            Self::Event { event, now, repeated, waited, .. } => {
                let again = if *repeated { " again" } else { "" };
                let (name, call, at) = (event.moment.name(), &event.call, event.occurred_at);
                write!(f, "claimed {name} of {call}{again}, dated {at}, at {now}: ")?;
                write!(f, "{:?}, waited {waited:?}", event.tags)
            }
            Self::EventRecorded { call, begins, webhooks, windows, remembered } => {
                let begins = if *begins { ", begins" } else { "" };
                write!(f, "recorded an event of {call}{begins}: {webhooks:?}, ")?;
                write!(f, "windows {windows:?}, remembered {remembered:?}")
            }
            Self::Advanced(call, step, now) => {
                write!(f, "advanced {call} at {now}:")?;
                if step.sets_timers {
                    f.write_str(" timers set;")?;
                }
                if step.fires_connect {
                    f.write_str(" connect fired;")?;
                }
                if let Some(decision) = step.decision {
                    write!(f, " converted {};", decision.converted)?;
                }
                if let Some(at) = step.due_at {
                    write!(f, " due {at};")?;
                }
                step.created.iter().try_for_each(|one| write!(f, " + {};", created(one)))
            }
            Self::NotAdvanced(call) => write!(f, "not advanced: {call}"),
            Self::Posted { call, posting, fired, result } => {
                let fired: Vec<String> = fired.iter().map(created).collect();
                let (tags, converted) = (&posting.tags, posting.converted);
                write!(f, "posted to {call}: {result:?}, {tags:?}, converted {converted:?}, ")?;
                write!(f, "fires {fired:?}")
            }
            Self::Claimed(key, until) => write!(f, "claimed {} until {until}", short(key)),
            Self::NotClaimed(key) => write!(f, "not claimed: {}", short(key)),
            Self::Recorded { key, verdict, attempt, next_at, window, result } => {
                write!(f, "recorded {}: {result:?}, attempt {attempt:?}, {verdict:?}", short(key))?;
                write!(f, ", next {next_at:?}, window {window:?}")
            }
            Self::Replayed(key, at, true) => write!(f, "replayed {} at {at}", short(key)),
            Self::Replayed(key, _, false) => write!(f, "not replayed: {}", short(key)),
            Self::Remembered(caller, tags) => write!(f, "remembered of {caller}: {tags:?}"),
            Self::Saved(disabled) => write!(f, "saved the campaign; disabled: {disabled:?}"),
            Self::PastDue(hints) => {
                write!(f, "past due: {:?}", hints.iter().map(hint).collect::<Vec<_>>())
            }
            Self::Hinted(one, delay) => write!(f, "hint {} in {delay} ms", hint(one)),
            Self::Lost(one) => write!(f, "! lost the hint {}", hint(one)),
            Self::Sent(Sent { call, trigger, webhook, attempt, cookies, host, .. }) => {
                write!(f, "-> {call} {trigger}/{webhook} attempt {attempt} to {host}")?;
                write!(f, ", cookies {cookies:?}")
            }
            Self::Answered(Answered { status, tags, cookie, retry_after, .. }) => {
                write!(f, "<- {status:?} {tags:?}, sets {cookie:?}, retry after {retry_after:?}")
            }
            Self::Told(call, event, true) => write!(f, "told event {event} of {call}"),
            Self::Told(call, event, false) => write!(f, "event {event} of {call} was not taken"),
            Self::Heard(number, result) => write!(f, "posting {number} was {result:?}"),
            Self::GaveUp(number) => write!(f, "posting {number} was let be"),
        }
    }
}
