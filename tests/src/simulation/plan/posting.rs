//! What partners post back.

use super::{CallPlan, CampaignPlan, Tags, some_tags};
use crate::simulation::dice::Dice;
use crate::simulation::timeline::Millis;

/// A posting.
#[derive(Debug, Clone)]
pub struct PostingPlan {
    /// Its number among those of the run; it puts a tag `pN` on the call, so that it can be found.
    pub number: usize,
    /// What it is about.
    pub about: About,
    /// When it is sent first.
    pub at: Millis,
    /// How long after that it is sent again although it was taken.
    pub again_after: Vec<Millis>,
    /// The sender's own id.
    pub id: Option<String>,
    /// Tags besides its own.
    pub tags: Tags,
    /// Whether the call converted, when it says so.
    pub converted: Option<bool>,
}

/// Whom a posting is about, and by which door it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A call, with the call's key.
    Handler(String),
    /// A call, with the campaign's postback key.
    Call(String),
    /// A caller, with the campaign's postback key.
    Caller(String),
}

impl About {
    /// The call, where one is named.
    #[must_use]
    pub fn call(&self) -> Option<&str> {
        match self {
            Self::Handler(call) | Self::Call(call) => Some(call),
            Self::Caller(_) => None,
        }
    }
}

pub(super) fn draw_all(
    dice: &mut Dice,
    calls: &[CallPlan],
    campaign: &CampaignPlan,
) -> Vec<PostingPlan> {
    let count = dice.one_of(&[0, 1, 2, 3, 5]);
    let moments: Vec<Millis> =
        calls.iter().flat_map(|call| &call.events).map(|event| event.at).collect();
    let starts: Vec<Millis> =
        calls.iter().filter_map(|call| call.events.first()).map(|event| event.at).collect();
    (0..count)
        .map(|number| {
            let call = dice.one_of(calls);
            let about = match (dice.between(0, 4), &call.caller) {
                (0, _) => About::Call(call.id),
                (1 | 2, Some(caller)) => About::Caller(caller.clone()),
                _ => About::Handler(call.id),
            };
            let about_start = dice.happens(300);
            let near = dice.one_of(if about_start { &starts } else { &moments });
            let after = match dice.between(0, 4) {
                0 => dice.between(0, 2_000),
                1 => campaign.settle_seconds * 1_000 + dice.between(0, 2_000),
                2 => dice.between(0, 30_000),
                3 => dice.between(0, 600_000),
                _ => dice.between(0, 100),
            };
            // What comes while the call starts meets it halfway.
            let after = if about_start { dice.between(0, 2_000) } else { after };
            let mut again_after = Vec::new();
            while dice.happens(250) {
                again_after.push(dice.between(0, if about_start { 2_000 } else { 20_000 }));
            }
            let converted = match dice.between(0, 5) {
                0 | 1 => Some(true),
                2 => Some(false),
                _ => None,
            };
            PostingPlan {
                number,
                about,
                at: near + after,
                again_after,
                id: dice.happens(600).then(|| format!("id{number}")),
                tags: some_tags(dice, 2),
                converted,
            }
        })
        .collect()
}

impl PostingPlan {
    /// The tag that only this posting sets.
    #[must_use]
    pub fn mark(&self) -> (String, String) {
        (format!("p{}", self.number), "1".to_owned())
    }

    /// As a query.
    #[must_use]
    pub fn query(&self, call_key: Option<&str>) -> String {
        let (mark, value) = self.mark();
        let mut query = format!("{mark}={value}");
        let mut add = |name: &str, value: &str| {
            query.push('&');
            query.push_str(name);
            query.push('=');
            query.push_str(&value.replace('+', "%2B"));
        };
        self.tags.iter().for_each(|(key, value)| add(key, value));
        match &self.about {
            About::Handler(_) => add("key", call_key.unwrap_or_default()),
            About::Call(call) => add("call_id", call),
            About::Caller(caller) => add("caller_number", caller),
        }
        if let Some(id) = &self.id {
            add("postback_id", id);
        }
        if let Some(converted) = self.converted {
            add("converted", if converted { "1" } else { "0" });
        }
        query
    }
}
