//! The triggers in the words of the page that offers them.

use hookline::trigger::{Class, Trigger};

/// The heading of a trigger.
pub(super) fn title(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Start => "Call starts",
        Trigger::Selected => "Buyer chosen",
        Trigger::Answered => "Buyer answers",
        Trigger::Timer => "Time connected",
        Trigger::Connect => "Connected call ends",
        Trigger::Conversion => "Call converts",
        Trigger::NonConversion => "Call does not convert",
        Trigger::Postback => "Postback arrives",
        Trigger::Always => "Every call ends",
    }
}

/// When it fires, and what for.
pub(super) fn about(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Start => {
            "As soon as the call is received, beside the other work of its start. For looking the \
             caller up and asking for bids before anybody is chosen."
        }
        Trigger::Selected => {
            "As soon as a buyer is chosen, before dialling, which waits for it. Fires again for each \
             further choice."
        }
        Trigger::Answered => {
            "As soon as the buyer answers. For handing the caller's data to whoever really took the \
             call."
        }
        Trigger::Timer => {
            "While the call is up, when it has been connected for so many seconds as you say."
        }
        Trigger::Connect => "At the end of a call that reached a buyer, whatever came of it.",
        Trigger::Conversion => {
            "When the call meets the campaign's conversion criteria. For reporting sales to ad \
             networks and publishers."
        }
        Trigger::NonConversion => {
            "When it is decided that the call did not meet the campaign's conversion criteria."
        }
        Trigger::Postback => {
            "Each time a partner posts data back to the call and it is accepted. For passing it on."
        }
        Trigger::Always => {
            "Once at the end of every call, connected or not, after every other webhook. For keeping \
             records in step."
        }
    }
}

/// What becomes of its answer.
pub(super) fn answer(trigger: Trigger) -> &'static str {
    match trigger.class() {
        Class::Ping => "One quick request; a JSON answer becomes tags.",
        Class::Browser => "Looks like a browser's request; tried again when it fails.",
    }
}

/// What one should know before picking `selected`.
pub(super) const LEAK: &str = "This tells buyers about calls that they may not take: the first one \
                               chosen may not answer. Unless the buyer has to be asked beforehand, \
                               take “Buyer answers”.";

/// What one should know before picking it.
pub(super) fn warning(trigger: Trigger) -> Option<&'static str> {
    (trigger == Trigger::Selected).then_some(LEAK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_leaks_is_warned_of_and_points_at_the_other() {
        let warned: Vec<_> = Trigger::ALL.into_iter().filter(|it| warning(*it).is_some()).collect();
        assert_eq!(warned, [Trigger::Selected]);
        assert!(warning(Trigger::Selected).is_some_and(|it| it.contains(title(Trigger::Answered))));
    }
}
