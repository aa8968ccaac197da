use hookline::campaign::{Campaign, SecretsShown};

use super::*;

fn stored() -> Value {
    let document = json!({"id": "solar", "name": "Solar leads", "version": 4,
        "default_tags": {"vertical": ["solar", "roof"], "sub_id": ["x"]},
        "webhooks": [{"id": "w", "trigger": "start", "url": "https://a.example/"}],
        "conversion": [{"matches": ["credit_offer:yes"], "seconds": 120, "revenue": "30.00"},
                       {"postback": true, "dedupe_seconds": 60}],
        "return_callers": {"remember": ["first_name", "score"], "days": 90},
        "secrets": {"partner": "hush"}, "settle_seconds": 7, "always_max_wait": 30,
        "twilio": {"auth_token": "t1", "twiml": "<Response>[sub_id]</Response>"}});
    Campaign::from_document(&document).unwrap().document(SecretsShown::Masked)
}

fn typed(fields: &[(&str, &str)]) -> CampaignForm {
    CampaignForm::of_typed(&Filled::of(fields))
}

fn faults_of(form: &CampaignForm) -> FieldFaults {
    let found = Campaign::from_document(&form.document(&stored()));
    form.placed(&found.err().unwrap_or_default())
}

#[test]
fn a_campaign_comes_back_from_its_form_unchanged() {
    let stored = stored();
    assert_eq!(CampaignForm::of_document(&stored).document(&stored), stored);
}

#[test]
fn settings_replace_the_stored_ones_and_webhooks_stay() {
    let form = typed(&[
        ("name", " Roofs "),
        ("settle_seconds", ""),
        ("default_tag", ""),
        ("default_value", ""),
        ("default_tag", "vertical"),
        ("default_value", "roof"),
        ("remember", "all"),
        ("remember_days", "30"),
        ("secret_name", "partner"),
        ("secret_value", MASK),
        ("twilio_auth_token", MASK),
        ("twilio_twiml", "<Response/>"),
    ]);
    let said = form.document(&stored());
    let expected = json!({"id": "solar", "name": "Roofs", "version": 4, "enabled": false,
        "default_tags": {"vertical": ["roof"]}, "conversion": [],
        "return_callers": {"remember": "all", "days": 30}, "secrets": {"partner": MASK},
        "twilio": {"auth_token": MASK, "twiml": "<Response/>"},
        "webhooks": stored()["webhooks"]});
    assert_eq!(said, expected);
}

#[test]
fn return_callers_can_be_switched_off_or_kept_to_some_tags() {
    assert_eq!(
        typed(&[("remember", "off"), ("remember_days", "9")])
            .document(&stored())
            .get("return_callers"),
        None
    );
    let some = typed(&[("remember", "keys"), ("remember_keys", "a, b\nc"), ("remember_days", "9")]);
    let said = some.document(&stored());
    assert_eq!(said["return_callers"], json!({"remember": ["a", "b", "c"], "days": 9}));
}

#[test]
fn every_fault_stands_at_the_field_it_belongs_to() {
    let form = typed(&[
        ("name", ""),
        ("settle_seconds", "soon"),
        ("always_max_wait", "901"),
        ("default_tag", "ok"),
        ("default_value", "x"),
        ("default_tag", "call_id"),
        ("default_value", "x"),
        ("default_tag", "ok"),
        ("default_value", ""),
        ("remember", "keys"),
        ("remember_keys", "a/b"),
        ("remember_days", ""),
        ("secret_name", "Partner"),
        ("secret_value", "x"),
        ("secret_name", "k"),
        ("secret_value", "x"),
        ("secret_name", "k"),
        ("secret_value", "y"),
    ]);
    let placed = faults_of(&form);
    let fields = [
        "name",
        "settle_seconds",
        "always_max_wait",
        "default_tags.1",
        "default_tags.2",
        "remember_keys",
        "remember_days",
        "secrets.0",
        "secrets.2",
    ];
    for field in fields {
        assert_eq!(placed.at(field).len(), 1, "{field}: {placed:?}");
    }
    assert_eq!(placed.count(), fields.len());
}

#[test]
fn faults_of_conversion_entries_stand_at_their_rows() {
    let row = |matches, criterion, seconds, revenue| {
        [
            ("conversion_matches", matches),
            ("conversion_criterion", criterion),
            ("conversion_seconds", seconds),
            ("conversion_postback_timeout", ""),
            ("conversion_revenue", revenue),
            ("conversion_payout", ""),
            ("conversion_dedupe_seconds", ""),
        ]
    };
    let rows = [
        row("", "seconds", "", ""),
        row("geo", "seconds", "90", ""),
        row("", "seconds", "", "5.00"),
        row("", "postback", "90", "a lot"),
    ];
    let fields: Vec<_> = rows.concat().into_iter().chain([("name", "c")]).collect();
    let placed = faults_of(&typed(&fields));
    for field in ["conversion.1.matches", "conversion.2.seconds", "conversion.3.revenue"] {
        assert_eq!(placed.at(field).len(), 1, "{field}: {placed:?}");
    }
    assert_eq!(placed.count(), 3);
}

#[test]
fn a_list_without_end_is_cut_and_says_so() {
    let rows = |names: [&'static str; 2]| [(names[0], "x"), (names[1], "y")].repeat(9000);
    let all = [
        rows(["default_tag", "default_value"]),
        rows(["conversion_seconds", "conversion_matches"]),
        rows(["secret_name", "secret_value"]),
    ];
    let form = typed(&all.concat());
    let kept = [form.default_tags.len(), form.conversion.len(), form.secrets.len()];
    assert_eq!(kept, [MAX_TAG_ROWS + 1, MAX_CONVERSION + 1, MAX_SECRETS + 1]);
    let placed = form.placed(&Faults::default());
    for list in ["default_tags", "conversion", "secrets"] {
        assert!(placed.at(list)[0].starts_with("at most"), "{list}: {placed:?}");
    }
}

#[test]
fn typed_secrets_are_not_shown_back_and_stored_ones_stay_masked() {
    let mut form = typed(&[
        ("secret_name", "a"),
        ("secret_value", MASK),
        ("secret_name", "b"),
        ("secret_value", "hush"),
    ]);
    let mut placed = FieldFaults::default();
    form.hide_secrets(&mut placed);
    let values: Vec<_> = form.secrets.iter().map(|row| row.value.as_str()).collect();
    assert_eq!(values, [MASK, ""]);
    assert_eq!(placed.at("secrets.1"), [TYPE_AGAIN]);
    assert_eq!(placed.count(), 1);
}
