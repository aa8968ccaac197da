//! The calls, each in its course.

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::{CALL, CAMPAIGN, Course, Pace, Showcase, ShowcaseError};

/// One call. Seconds are from its start.
#[derive(Debug, Clone, Copy)]
struct Part {
    id: &'static str,
    caller: &'static str,
    source: &'static str,
    /// When a buyer answers; none when nobody does.
    answered: Option<u64>,
    /// When it ends; none while it is up.
    ended: Option<u64>,
}

const PARTS: [Part; 5] = [
    Part {
        id: "call-20415",
        caller: "+16145550123",
        source: "spring-ad",
        answered: Some(3),
        ended: Some(12),
    },
    Part {
        id: "call-20416",
        caller: "+13055550187",
        source: "spring-ad",
        answered: None,
        ended: Some(4),
    },
    Part {
        id: "call-20417",
        caller: "+12125550142",
        source: "radio",
        answered: Some(4),
        ended: Some(7),
    },
    Part {
        id: CALL,
        caller: "+14155550166",
        source: "summer-ad",
        answered: Some(5),
        ended: Some(14),
    },
    Part {
        id: "call-20420",
        caller: "+17025550110",
        source: "spring-ad",
        answered: Some(2),
        ended: None,
    },
];

/// The calls that come to their end.
pub(super) fn ended() -> impl Iterator<Item = &'static str> {
    PARTS.iter().filter(|part| part.ended.is_some()).map(|part| part.id)
}

/// Plays them all, beside each other.
pub(super) async fn play(showcase: &Showcase, pace: Pace) -> Result<(), ShowcaseError> {
    try_join_all(PARTS.iter().map(|part| part.play(showcase, pace))).await.map(drop)
}

impl Part {
    async fn play(&self, showcase: &Showcase, pace: Pace) -> Result<(), ShowcaseError> {
        let course = Course::begin(pace);
        let start = json!({
            "campaign_id": CAMPAIGN, "occurred_at": course.after(0).await,
            "caller_number": self.caller, "called_number": "+18005550199",
            "tags": {"sub_id": self.source},
        });
        self.report(showcase, "start", &start).await?;
        let buyer = json!({"id": "bright-homes", "name": "Bright Homes", "number": "+13125550177"});
        if let Some(answered) = self.answered {
            let chosen = answered.saturating_sub(2);
            for (event, span) in [("selected", chosen), ("answered", answered)] {
                let body =
                    json!({"occurred_at": course.after(span).await, "buyer": buyer, "attempt": 1});
                self.report(showcase, event, &body).await?;
            }
        }
        if let Some(ended) = self.ended {
            let body = json!({"occurred_at": course.after(ended).await, "hung_up_by": "caller"});
            self.report(showcase, "ended", &body).await?;
        }
        Ok(())
    }

    async fn report(
        &self,
        showcase: &Showcase,
        event: &str,
        body: &Value,
    ) -> Result<(), ShowcaseError> {
        showcase.post(&format!("/calls/{}/{event}", self.id), body).await.map(drop)
    }
}
