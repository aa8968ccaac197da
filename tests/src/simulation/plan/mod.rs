//! What a run plays: drawn whole from the seed before anything happens, in words of its own, so that
//! the oracle can judge by them and not by what Hookline makes of them.

mod call;
mod campaign;
mod condition;
mod partner;
mod posting;

pub use call::{CallPlan, EventPlan};
pub use campaign::{CampaignPlan, EntryPlan, Memory, RetryPlan, WebhookPlan};
pub use condition::{Condition, Seen};
pub use partner::{Conduct, Manner};
pub use posting::{About, PostingPlan};

use super::dice::Dice;

/// The id of the one campaign of a run.
pub const CAMPAIGN: &str = "solar";

/// The words that tags are made of.
pub(super) const KEYS: [&str; 4] = ["k0", "k1", "k2", "k3"];
/// Their values.
pub(super) const VALUES: [&str; 3] = ["a", "b", "c"];

/// Keys with values, as the plan and the oracle know them.
pub type Tags = std::collections::BTreeSet<(String, String)>;

/// Everything that the world outside does in a run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The campaign.
    pub campaign: CampaignPlan,
    /// Its calls.
    pub calls: Vec<CallPlan>,
    /// What partners post.
    pub postings: Vec<PostingPlan>,
    /// How far the platform's clock is ahead, in milliseconds.
    pub platform_skew: i64,
}

impl Plan {
    /// The plan of a run.
    #[must_use]
    pub fn draw(dice: &mut Dice) -> Self {
        let calls = call::draw_all(dice);
        let campaign = CampaignPlan::draw(dice, &calls);
        let postings = posting::draw_all(dice, &calls, &campaign);
        let platform_skew = dice.one_of(&[0, 0, -300, 2_000, -90_000, 90_000]);
        Self { campaign, calls, postings, platform_skew }
    }
}

/// A few tags from the common words.
fn some_tags(dice: &mut Dice, most: u64) -> Tags {
    let count = dice.between(0, most);
    (0..count).map(|_| (dice.one_of(&KEYS).to_owned(), dice.one_of(&VALUES).to_owned())).collect()
}
