use super::*;

const AT: i64 = 1_795_000_000_123;

fn lines(measured: &Measured) -> Vec<Value> {
    measured.lines("hookline-start", Timestamp::from_millis(AT).unwrap())
}

/// A line with these metrics, their names with units, and their values.
fn line(metrics: &[(&str, &str)], values: &Value) -> Value {
    let metrics: Vec<Value> =
        metrics.iter().map(|(name, unit)| json!({"Name": name, "Unit": unit})).collect();
    let mut line = json!({
        "_aws": {"Timestamp": AT, "CloudWatchMetrics": [
            {"Namespace": "Hookline", "Dimensions": [["function_name"]], "Metrics": metrics}
        ]},
        "function_name": "hookline-start",
    });
    line.as_object_mut().unwrap().extend(values.as_object().unwrap().clone());
    line
}

fn reports(reports: Value) -> Vec<Report> {
    serde_json::from_value(reports).unwrap()
}

/// What a start with a webhook of each kind is answered.
fn answer(repeated: bool) -> EventAnswer {
    let webhooks = reports(json!([
        {"id": "a", "status": "ok", "http_status": 200, "latency_ms": 41, "notes": [],
         "tags": {"name": ["Jason"], "interest": ["insurance", "mortgage"]}},
        {"id": "b", "status": "ok", "http_status": 204, "latency_ms": 7, "tags": {}, "notes": []},
        {"id": "c", "status": "failed", "kind": "http", "http_status": 500, "latency_ms": 9,
         "tags": {}, "notes": []},
        {"id": "d", "status": "timed_out", "latency_ms": 5000, "tags": {}, "notes": []},
        {"id": "e", "status": "blocked", "latency_ms": 3, "tags": {}, "notes": []},
        {"id": "g", "status": "failed", "kind": "dns", "latency_ms": 2, "tags": {}, "notes": []},
        {"id": "h", "status": "failed", "kind": "connect", "latency_ms": 11, "tags": {},
         "notes": []},
        {"id": "f", "status": "skipped", "notes": ["matches: geo:us-ca"]},
    ]));
    let tags = hookline::tag::TagSet::new();
    EventAnswer { call_id: "c1".to_owned(), call_key: None, tags, webhooks, repeated }
}

fn key(trigger: &str) -> DeliveryKey {
    let key = json!({"call_id": "c1", "trigger": trigger, "webhook": "w", "occurrence": "1"});
    serde_json::from_value(key).unwrap()
}

fn attempted(attempt: u32, takeovers: u32) -> Delivered {
    let report =
        json!([{"id": "w", "status": "ok", "http_status": 200, "latency_ms": 12, "notes": []}]);
    let report = reports(report).remove(0);
    let late = Duration::from_micros(250_900);
    Delivered::Attempted { report, attempt, late, next_at: None, takeovers }
}

#[test]
fn an_event_is_one_line_of_what_its_pings_came_to() {
    let metrics = [
        ("delivered", "Count"),
        ("failed", "Count"),
        ("blocked", "Count"),
        ("timed_out", "Count"),
        ("latency_ms", "Milliseconds"),
        ("tags_applied", "Count"),
    ];
    let values = json!({"delivered": 2, "failed": 3, "blocked": 1, "timed_out": 1,
        "latency_ms": [41, 7, 9, 5000, 11], "tags_applied": 3});
    assert_eq!(lines(&Measured::event(&answer(false))), [line(&metrics, &values)]);
}

#[test]
fn an_event_that_came_before_or_sends_nothing_is_no_line() {
    assert_eq!(lines(&Measured::event(&answer(true))), [] as [Value; 0]);
    let silent = EventAnswer { webhooks: Vec::new(), ..answer(false) };
    assert_eq!(lines(&Measured::event(&silent)), [] as [Value; 0]);
}

#[test]
fn a_delivery_is_a_line_for_each_attempt_and_no_other() {
    let sent = [("delivered", "Count"), ("latency_ms", "Milliseconds")];
    let values = json!({"delivered": 1, "latency_ms": 12});
    let Delivered::Attempted { report, .. } = attempted(1, 0) else { unreachable!() };
    let overtaken = Delivered::Overtaken { report: report.clone(), attempt: 1 };
    for sent_once in [attempted(1, 0), overtaken] {
        let always = Measured::delivery(&key("always"), &sent_once);
        assert_eq!(lines(&always), [line(&sent, &values)], "{sent_once:?}");
    }

    for unsent in [Delivered::Ended { report, takeovers: 0 }, Delivered::Left] {
        let measured = Measured::delivery(&key("always"), &unsent);
        assert_eq!(lines(&measured), [] as [Value; 0], "{unsent:?}");
    }
}

#[test]
fn a_timer_tells_how_late_its_first_attempt_was() {
    let late = [
        ("delivered", "Count"),
        ("latency_ms", "Milliseconds"),
        ("timer_lateness_ms", "Milliseconds"),
    ];
    let values = json!({"delivered": 1, "latency_ms": 12, "timer_lateness_ms": 250});
    let first = Measured::delivery(&key("timer"), &attempted(1, 0));
    assert_eq!(lines(&first), [line(&late, &values)]);

    let second = Measured::delivery(&key("timer"), &attempted(2, 0));
    assert_eq!(second, Measured::delivery(&key("always"), &attempted(2, 0)));
}

#[test]
fn takeovers_are_counted_beside_what_they_came_to_and_where_nobody_lived_to_send() {
    let metrics = [("delivered", "Count"), ("latency_ms", "Milliseconds"), ("takeovers", "Count")];
    let values = json!({"delivered": 1, "latency_ms": 12, "takeovers": 1});
    let taken_over = Measured::delivery(&key("connect"), &attempted(2, 1));
    assert_eq!(lines(&taken_over), [line(&metrics, &values)]);

    let Delivered::Attempted { report, .. } = attempted(1, 0) else { unreachable!() };
    let given_up = Measured::delivery(&key("connect"), &Delivered::Ended { report, takeovers: 6 });
    assert_eq!(lines(&given_up), [line(&[("takeovers", "Count")], &json!({"takeovers": 6}))]);
}

#[test]
fn a_sweep_counts_also_nothing() {
    let metrics = [("past_due", "Count"), ("sweep_rescues", "Count")];
    for (past_due, hinted) in [(0, 0), (2, 5)] {
        let swept = lines(&Measured::sweep(&Swept { hinted, past_due }));
        let values = json!({"past_due": past_due, "sweep_rescues": hinted});
        assert_eq!(swept, [line(&metrics, &values)]);
    }
}

#[test]
fn a_cold_start_is_one() {
    let expected = line(&[("cold_start", "Count")], &json!({"cold_start": 1}));
    assert_eq!(lines(&Measured::cold_start()), [expected]);
}

#[test]
fn more_values_than_a_line_may_hold_go_into_further_lines() {
    let measured =
        Measured::default().with(Metric::LatencyMs, 0..201).with(Metric::Delivered, [201]);
    let latency = ("latency_ms", "Milliseconds");
    let hundred = |from: u64| (from..from + 100).collect::<Vec<u64>>();
    let expected = [
        line(
            &[("delivered", "Count"), latency],
            &json!({"delivered": 201, "latency_ms": hundred(0)}),
        ),
        line(&[latency], &json!({"latency_ms": hundred(100)})),
        line(&[latency], &json!({"latency_ms": 200})),
    ];
    assert_eq!(lines(&measured), expected);
}

#[test]
fn no_two_metrics_have_one_name() {
    let names: std::collections::BTreeSet<&str> = Metric::ALL.map(Metric::name).into();
    assert_eq!(names.len(), Metric::ALL.len());
    // They stand in the line beside the dimension and what the format keeps for itself.
    assert!(!names.contains(DIMENSION) && !names.contains("_aws"));
}
