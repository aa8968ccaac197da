//! Two versions of a webhook side by side, for when somebody else saved in between. Secrets are told
//! in words alone.

use hookline::secret::MASK;

use super::typed::Pair;
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

/// Every field that says something in one of two versions.
pub(super) fn differences(mine: &WebhookForm, theirs: &WebhookForm) -> Vec<Difference> {
    let rows = told(mine).into_iter().zip(told(theirs));
    let paired = rows.map(|((field, mine), (_, theirs))| Difference { field, mine, theirs });
    paired.filter(|row| !row.mine.is_empty() || !row.theirs.is_empty()).collect()
}

fn told(form: &WebhookForm) -> [(&'static str, String); 18] {
    let matches = form.matches.iter().filter(|row| !row.is_blank());
    let matches = matches.map(|row| {
        let values = row.values.replace('\n', ", ");
        format!("{} {} {values}", row.key, row.op).trim_end().to_owned()
    });
    [
        ("Name", form.name.clone()),
        ("Trigger", form.trigger.clone()),
        ("Seconds", form.seconds.clone()),
        ("Enabled", if form.enabled { "yes" } else { "no" }.to_owned()),
        ("Method", form.method.clone()),
        ("Address", form.url.clone()),
        ("Headers", pairs(&form.headers)),
        ("Body type", form.content_type.clone()),
        ("Body", form.body.clone()),
        ("Matches", matches.collect::<Vec<_>>().join("\n")),
        ("Answer becomes tags", form.parse_response.clone()),
        ("Tags from the answer", pairs(&form.response_map)),
        ("Tag prefix", form.tag_prefix.clone()),
        ("Retries", form.retry.clone()),
        ("Deadline, ms", form.timeout_ms.clone()),
        ("De-dupe, seconds", form.dedupe_seconds.clone()),
        ("Signing secret", secret(&form.signing_secret).to_owned()),
        ("Order", form.order.clone()),
    ]
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
        assert_eq!(differences(&mine, &theirs), expected);
        assert!(!expected[0].differs() && expected[1].differs());
    }

    #[test]
    fn of_secrets_only_that_they_changed_is_told() {
        let webhook = |secret: &str| {
            WebhookForm::of_document(&json!({"id": "w", "signing_secret": secret}))
        };
        let told = |mine: &str| {
            let rows = differences(&webhook(mine), &webhook(MASK));
            rows.into_iter().find(|row| row.field == "Signing secret").unwrap()
        };
        assert!(!told(MASK).differs());
        let changed = told("0123456789abcdef");
        assert_eq!((&*changed.mine, &*changed.theirs), ("changed", "as stored"));
        assert!(told("").differs());
    }
}
