//! What happened in a run, in the order it happened: what the store did (not what it was asked),
//! what went out to partners and came back, and how each function ended. The oracle judges by it and
//! people read it.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use hookline::call::{CallEvent, CallId, Posting};
use hookline::course::Step;
use hookline::delivery::{Delivery, DeliveryKey, Verdict};
use hookline::ports::calls::Posted;
use hookline::ports::deliveries::Recorded;
use hookline::ports::hints::Hint;
use hookline::tag::TagSet;
use hookline::time::Timestamp;
use hookline::use_cases::PostbackResult;
use hookline::window::{OpenWindow, Windows};

use super::timeline::Millis;

/// Which invocation of a function; 0 is the world outside.
pub type By = u32;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When, in virtual time.
    pub at: Millis,
    /// Who did it.
    pub by: By,
    /// The time by that function's clock.
    pub clock: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// A function was started.
    Began(Task),
    /// It ended well.
    Done,
    /// It ended with an error.
    Failed(String),
    /// It died.
    Died(Death),
    /// The store was asked, and refused or gave no answer.
    Faulted {
        /// What it was asked.
        action: &'static str,
        /// Whether it did it all the same.
        done: bool,
    },
    /// The store was asked the same again.
    AskedAgain(&'static str),
    /// A call was read.
    ReadCall(CallId),
    /// The campaign was read.
    ReadCampaign,
    /// A caller's windows were read.
    ReadWindows(Windows),
    /// An event was claimed.
    Event {
        /// The event.
        event: Box<CallEvent>,
        /// When it was claimed, as its claimant has it.
        now: Timestamp,
        /// Whether somebody had it before.
        repeated: bool,
        /// Tags of the postings that it was given to begin with.
        waited: TagSet,
        /// What the last of them said about conversion.
        waited_converted: Option<bool>,
    },
    /// What an event's webhooks brought was kept.
    EventRecorded {
        /// The call.
        call: CallId,
        /// Whether the call began with it.
        begins: bool,
        /// The webhooks that it has deliveries of.
        webhooks: Vec<(String, Verdict)>,
        /// The windows that it opened.
        windows: Vec<OpenWindow>,
        /// What was kept of the caller.
        remembered: Option<TagSet>,
    },
    /// A step of a call was made.
    Advanced(CallId, Box<Step>, Timestamp),
    /// A step of a call was not made.
    NotAdvanced(CallId),
    /// A posting was brought to a call.
    Posted {
        /// The call.
        call: CallId,
        /// What it brings.
        posting: Box<Posting>,
        /// The deliveries that it fires.
        fired: Vec<Delivery>,
        /// What became of it.
        result: Posted,
    },
    /// A delivery was claimed, until a time by its claimant's clock.
    Claimed(DeliveryKey, Timestamp),
    /// A delivery was not claimed.
    NotClaimed(DeliveryKey),
    /// What came of an attempt was told.
    Recorded {
        /// The delivery.
        key: DeliveryKey,
        /// How it ended so far.
        verdict: Verdict,
        /// The exchange's number; `None` when nothing was sent.
        attempt: Option<u32>,
        /// When the next is due.
        next_at: Option<Timestamp>,
        /// The window that it opened.
        window: Option<OpenWindow>,
        /// What became of it.
        result: Recorded,
    },
    /// A delivery was replayed at a time, or left alone.
    Replayed(DeliveryKey, Timestamp, bool),
    /// Tags were kept of a caller.
    Remembered(String, TagSet),
    /// The campaign was saved with these webhooks disabled.
    Saved(Vec<String>),
    /// A sweep found what was past due.
    PastDue(Vec<Hint>),
    /// A hint was sent, to be held back so long.
    Hinted(Hint, Millis),
    /// A hint was lost.
    Lost(Hint),
    /// A request reached a partner.
    Sent(Sent),
    /// The partner's answer came, or none.
    Answered(Answered),
    /// The platform told of an event, the so-many-eth of a call; whether it was taken.
    Told(String, usize, bool),
    /// A partner's posting was answered.
    Heard(usize, PostbackResult),
    /// A partner let a posting be.
    GaveUp(usize),
}

/// What a function does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Takes an event of a call in.
    Event(String, &'static str),
    /// Looks at a delivery.
    Deliver(DeliveryKey),
    /// Looks at a call.
    Advance(CallId),
    /// Has a delivery replayed.
    Replay(DeliveryKey),
    /// Takes a posting.
    Posting(usize),
    /// Sweeps.
    Sweep,
}

/// How a function died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// It crashed.
    Crash,
    /// It ran out of time.
    Timeout,
}

/// A request as its partner sees it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The call.
    pub call: String,
    /// What fired it.
    pub trigger: String,
    /// The webhook.
    pub webhook: String,
    /// The id of the delivery.
    pub delivery: String,
    /// The attempt.
    pub attempt: u32,
    /// The host.
    pub host: String,
    /// Cookies that came with it; `None` for a request without a jar.
    pub cookies: Option<Vec<String>>,
    /// The `webhook-id` header.
    pub webhook_id: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The delivery.
    pub delivery: String,
    /// The status; `None` for no answer.
    pub status: Option<u16>,
    /// Seconds of `Retry-After`.
    pub retry_after: Option<u64>,
    /// Tags in the body.
    pub tags: Vec<(String, String)>,
    /// The cookie that it sets.
    pub cookie: Option<String>,
}

/// The journal of a run.
#[derive(Debug, Default)]
pub struct Journal(Mutex<Vec<Entry>>);

impl Journal {
    /// Writes an entry.
    pub(super) fn write(&self, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// All entries.
    pub(super) fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One line for people: the second and millisecond of the run, who, and what.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, by, what, .. } = self;
        write!(f, "{:>9}.{:03} ", at / 1000, at % 1000)?;
        if *by == 0 { f.write_str("     -  ") } else { write!(f, "{by:>6}  ") }?;
        write!(f, "{what}")
    }
}
