//! As much of a call's deliveries as an answer has room for.
//!
//! What weighs too much goes in this order, each for all deliveries at once: the tags of reports, which
//! the call's tags tell too; what attempts sent and were answered; the newest deliveries.

use hookline::delivery;
use serde::Serialize;

use super::delivery::Delivery;
use crate::envelope::payload_bytes;

/// The most deliveries that are shown with a call.
const MAX_DELIVERIES: usize = 100;
/// The most that they weigh, in bytes of a function's payload: some third of what it may have, since
/// the call's own tags and where they came from may weigh as much again.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The deliveries that are shown with a call.
#[derive(Debug)]
pub(super) struct ShownDeliveries {
    /// They, oldest first.
    pub(super) deliveries: Vec<Delivery>,
    /// Whether they stand without the tags of their reports.
    pub(super) report_tags_left_out: bool,
    /// Whether they stand without what their attempts sent and were answered.
    pub(super) exchanges_left_out: bool,
}

impl ShownDeliveries {
    /// As many of these deliveries, and as much of each, as there is room for.
    pub(super) fn of(deliveries: &[delivery::Delivery]) -> Self {
        Self::within(
            MAX_BYTES,
            deliveries.iter().take(MAX_DELIVERIES).map(Delivery::from).collect(),
        )
    }

    fn within(room: usize, mut deliveries: Vec<Delivery>) -> Self {
        let fits = |all: &[Delivery]| all.iter().map(weight).sum::<usize>() <= room;
        let report_tags_left_out = !fits(&deliveries);
        if report_tags_left_out {
            deliveries.iter_mut().for_each(Delivery::leave_out_report_tags);
        }
        let exchanges_left_out = !fits(&deliveries);
        if exchanges_left_out {
            deliveries.iter_mut().for_each(Delivery::leave_out_exchanges);
        }
        let mut left = room;
        let fitting = |delivery: &&Delivery| {
            let rest = left.checked_sub(weight(delivery));
            left = rest.unwrap_or_default();
            rest.is_some()
        };
        let count = deliveries.iter().take_while(fitting).count();
        deliveries.truncate(count);
        Self { deliveries, report_tags_left_out, exchanges_left_out }
    }
}

/// The bytes that a part of an answer takes of the function's payload.
pub(super) fn weight(part: &impl Serialize) -> usize {
    serde_json::to_string(part).map_or(0, |text| payload_bytes(&text))
}

#[cfg(test)]
mod tests {
    use hookline::call::CallId;
    use hookline::campaign::WebhookId;
    use hookline::delivery::{Attempt, DeliveryKey, KeptBody, KeptMessage, ONCE, Report, Verdict};
    use hookline::tag::{TagKey, TagSet, TagValue};
    use hookline::time::Timestamp;
    use hookline::trigger::Trigger;

    use super::*;

    fn heavy() -> Delivery {
        let at = Timestamp::from_millis(1_795_453_200_000).unwrap();
        let key = DeliveryKey {
            call: CallId::parse("c1").unwrap(),
            trigger: Trigger::Conversion,
            webhook: WebhookId::parse("crm").unwrap(),
            occurrence: ONCE.to_owned(),
        };
        let mut tags = TagSet::default();
        tags.insert(TagKey::parse("a").unwrap(), TagValue::parse(&"t".repeat(1000)).unwrap());
        let report = Report {
            verdict: Verdict::Ok,
            tags: Some(tags),
            ..Report::skipped(key.webhook.clone(), "a note")
        };
        let text = "b".repeat(4000);
        let attempt = Attempt {
            attempt: 1,
            at,
            method: "GET".to_owned(),
            url: "https://crm.example/".to_owned(),
            verdict: Verdict::Ok,
            http_status: Some(200),
            latency_ms: 41,
            empty_tokens: Vec::new(),
            request: None,
            answer: Some(KeptMessage {
                headers: Vec::new(),
                body: Some(KeptBody { text, bytes: 4000, cut: false }),
            }),
        };
        let due = delivery::Delivery::due(key, 0, at, at);
        (&delivery::Delivery { report: Some(report), attempts: vec![attempt], ..due }).into()
    }

    #[test]
    fn tags_of_reports_go_first_then_exchanges_then_the_newest() {
        let whole = weight(&heavy());
        let told = |room: usize| {
            let shown = ShownDeliveries::within(room, vec![heavy(); 4]);
            let weighs: usize = shown.deliveries.iter().map(weight).sum();
            assert!(weighs <= room, "{weighs} of {room}");
            (shown.deliveries.len(), shown.report_tags_left_out, shown.exchanges_left_out)
        };
        assert_eq!(told(4 * whole), (4, false, false));
        assert_eq!(told(4 * whole - 1), (4, true, false));
        assert_eq!(told(4 * (whole - 1000)), (4, true, false));
        assert_eq!(told(4 * (whole - 1100)), (4, true, true));
        assert_eq!(told(4 * (whole - 5000)), (4, true, true));
        assert_eq!(told(2 * (whole - 5000)), (2, true, true));
        assert_eq!(told(0), (0, true, true));
    }
}
