//! Two versions of a form side by side, for when somebody else saved in between. Secrets are told in
//! words alone.

use hookline::secret::MASK;

use super::campaign_form::CampaignForm;
use super::pairs::Pair;
use super::webhook_form::WebhookForm;

/// One field in both versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) field: &'static str,
    pub(super) mine: String,
    pub(super) theirs: String,
}

impl Difference {
    /// Whether the versions say different things.
    pub(super) fn differs(&self) -> bool {
        self.mine != self.theirs
    }
}

/// A form's fields in words, in the order of the form.
pub(super) type InWords = Vec<(&'static str, String)>;

/// Every field that says something in one of two versions.
pub(super) fn differences(mine: InWords, theirs: InWords) -> Vec<Difference> {
    let rows = mine.into_iter().zip(theirs);
    let paired = rows.map(|((field, mine), (_, theirs))| Difference { field, mine, theirs });
    paired.filter(|row| !row.mine.is_empty() || !row.theirs.is_empty()).collect()
}

impl WebhookForm {
    /// What the form says.
    pub(super) fn in_words(&self) -> InWords {
        let matches = self.matches.iter().filter(|row| !row.is_blank());
        let matches = matches.map(|row| {
            let values = row.values.replace('\n', ", ");
            format!("{} {} {values}", row.key, row.op).trim_end().to_owned()
        });
        vec![
            ("Name", self.name.clone()),
            ("Trigger", self.trigger.clone()),
            ("Seconds", self.seconds.clone()),
            ("Enabled", yes_or_no(self.enabled)),
            ("Method", self.method.clone()),
            ("Address", self.url.clone()),
            ("Headers", pairs(&self.headers)),
            ("Body type", self.content_type.clone()),
            ("Body", self.body.clone()),
            ("Matches", matches.collect::<Vec<_>>().join("\n")),
            ("Answer becomes tags", self.parse_response.clone()),
            ("Tags from the answer", pairs(&self.response_map)),
            ("Tag prefix", self.tag_prefix.clone()),
            ("Retries", self.retry.clone()),
            ("Deadline, ms", self.timeout_ms.clone()),
            ("De-dupe, seconds", self.dedupe_seconds.clone()),
            ("Signing secret", secret(&self.signing_secret).to_owned()),
            ("Order", self.order.clone()),
        ]
    }
}

impl CampaignForm {
    /// What the form says.
    pub(super) fn in_words(&self) -> InWords {
        let entries = self.conversion.iter().filter(|row| !row.is_blank());
        let entries = entries.map(|row| row.entry().to_string()).collect::<Vec<_>>().join("\n");
        let secrets = self.secrets.iter().filter(|row| !row.is_blank());
        let secrets = secrets.map(|row| format!("{}: {}", row.name, secret(&row.value)));
        let remembers = |says: &str| if self.remember == "off" { "" } else { says }.to_owned();
        vec![
            ("Name", self.name.clone()),
            ("Enabled", yes_or_no(self.enabled)),
            ("Settle, seconds", self.settle_seconds.clone()),
            ("Wait of “every call ends”, seconds", self.always_max_wait.clone()),
            ("What converts", entries),
            ("Default tags", pairs(&self.default_tags)),
            ("Remember", remembers(&self.remember)),
            ("For days", remembers(&self.remember_days)),
            ("These tags", remembers(&self.remember_keys)),
            ("Secrets", secrets.collect::<Vec<_>>().join("\n")),
            ("Twilio's auth token", secret(&self.twilio.auth_token).to_owned()),
            ("Twilio's other token", secret(&self.twilio.secondary_auth_token).to_owned()),
            ("TwiML", self.twilio.twiml.clone()),
            ("TwiML after a dial", self.twilio.after_dial.clone()),
        ]
    }
}

fn yes_or_no(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

/// What a field for a secret says, without the secret.
fn secret(field: &str) -> &'static str {
    match field {
        "" => "",
        MASK => "as stored",
        _ => "changed",
    }
}

fn pairs(rows: &[Pair]) -> String {
    let used = rows.iter().filter(|row| !row.is_blank());
    used.map(|row| format!("{}: {}", row.name, row.value)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_one_version_says_is_shown_and_what_differs_is_marked() {
        let webhook = |url: &str, matches: &[&str]| {
            WebhookForm::of_document(&json!({"id": "w", "url": url, "matches": matches}))
        };
        let mine = webhook("https://a.example/", &["geo:us-ny", "sub_id:exists"]);
        let theirs = webhook("https://b.example/", &[]);
        let row = |field, mine: &str, theirs: &str| Difference {
            field,
            mine: mine.to_owned(),
            theirs: theirs.to_owned(),
        };
        let expected = [
            row("Enabled", "yes", "yes"),
            row("Address", "https://a.example/", "https://b.example/"),
            row("Matches", "geo == us-ny\nsub_id exists", ""),
        ];
        assert_eq!(differences(mine.in_words(), theirs.in_words()), expected);
        assert!(!expected[0].differs() && expected[1].differs());
    }

    #[test]
    fn of_secrets_only_that_they_changed_is_told() {
        let webhook =
            |secret: &str| WebhookForm::of_document(&json!({"id": "w", "signing_secret": secret}));
        let told = |mine: &str| {
            let rows = differences(webhook(mine).in_words(), webhook(MASK).in_words());
            rows.into_iter().find(|row| row.field == "Signing secret").unwrap()
        };
        assert!(!told(MASK).differs());
        let changed = told("0123456789abcdef");
        assert_eq!((&*changed.mine, &*changed.theirs), ("changed", "as stored"));
        assert!(told("").differs());
    }

    #[test]
    fn settings_are_told_field_by_field() {
        let settings = |secret: &str| {
            CampaignForm::of_document(&json!({"name": "Solar", "settle_seconds": 7,
                "default_tags": {"vertical": ["solar", "roof"]}, "conversion": [{"seconds": 90}],
                "secrets": {"partner": secret}}))
        };
        let rows = differences(settings("hush").in_words(), settings(MASK).in_words());
        let told: Vec<_> = rows.iter().map(|row| (row.field, row.mine.as_str())).collect();
        let expected = [
            ("Name", "Solar"),
            ("Enabled", "yes"),
            ("Settle, seconds", "7"),
            ("What converts", r#"{"matches":[],"seconds":90}"#),
            ("Default tags", "vertical: solar\nvertical: roof"),
            ("Secrets", "partner: changed"),
        ];
        assert_eq!(told, expected);
        let differing: Vec<_> = rows.iter().filter(|row| row.differs()).collect();
        assert_eq!(differing.len(), 1);
        assert_eq!(differing[0].theirs, "partner: as stored");
    }
}
