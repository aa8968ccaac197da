//! The dashboard: a tidy grid of widgets, each of which says what it shows.

use std::collections::BTreeSet;

use hookline_tests::template::{Dimension, Template, list, text};
use serde_json::Value;

/// How many columns CloudWatch's grid has.
const COLUMNS: u64 = 24;

#[test]
fn widgets_fill_the_grid_and_none_covers_another() {
    let mut taken = BTreeSet::new();
    let mut bottom = 0;
    for widget in Template::read().widgets() {
        let [x, y, width, height] =
            ["x", "y", "width", "height"].map(|side| widget[side].as_u64().unwrap());
        assert!(x + width <= COLUMNS, "{widget}");
        bottom = bottom.max(y + height);
        for cell in (x..x + width).flat_map(|column| (y..y + height).map(move |row| (column, row)))
        {
            assert!(taken.insert(cell), "{widget} covers another");
        }
    }
    let all: BTreeSet<(u64, u64)> =
        (0..COLUMNS).flat_map(|column| (0..bottom).map(move |row| (column, row))).collect();
    assert_eq!(taken, all);
}

#[test]
fn every_widget_has_a_title_of_its_own_a_unit_and_the_stacks_region() {
    let mut titles = BTreeSet::new();
    for widget in Template::read().widgets() {
        assert_eq!(widget["type"], "metric", "{widget}");
        let properties = &widget["properties"];
        assert!(titles.insert(text(&properties["title"]).to_owned()), "{widget}");
        assert!(!text(&properties["yAxis"]["left"]["label"]).is_empty(), "{widget}");
        assert_eq!(properties["region"], "${AWS::Region}", "{widget}");
        assert!(properties["period"].as_u64().is_some_and(|period| period % 60 == 0), "{widget}");
        assert!(!list(&properties["metrics"]).is_empty(), "{widget}");
    }
}

/// Every line is shown under a name, or is there for a sum that is.
#[test]
fn every_line_is_shown_or_summed_up() {
    for widget in Template::read().widgets() {
        let lines: Vec<Value> = list(&widget["properties"]["metrics"]).to_vec();
        let said = |line: &Value| list(line).last().unwrap().clone();
        let sums: Vec<String> = lines
            .iter()
            .filter_map(|line| said(line)["expression"].as_str().map(str::to_owned))
            .collect();
        let mut ids = BTreeSet::new();
        for line in &lines {
            let about = said(line);
            if let Some(id) = about["id"].as_str() {
                assert!(ids.insert(id.to_owned()), "two of {id}");
            }
            if about["visible"] == false {
                let id = text(&about["id"]);
                let named = |sum: &String| {
                    let held = sum.split('"').nth(1).unwrap();
                    id.strip_prefix(held).is_some_and(|rest| rest.starts_with('_'))
                };
                assert_eq!(sums.iter().filter(|sum| named(sum)).count(), 1, "{id}");
            } else {
                assert!(!text(&about["label"]).is_empty(), "{line}");
            }
        }
    }
}

#[test]
fn every_queue_is_shown_and_every_one_that_messages_wait_in_with_its_age() {
    let template = Template::read();
    let shown = |metric: &str| -> BTreeSet<String> {
        let readings = template.readings().into_iter().filter(|one| {
            one.metric == metric && !template.alarms().contains_key(one.reader.as_str())
        });
        let names = readings.flat_map(|one| one.dimensions.into_values());
        names
            .map(|name| match name {
                Dimension::Text(text) => text,
                Dimension::Reference(reference) => {
                    let queue = reference.strip_suffix(".QueueName").unwrap();
                    let path = format!("/Resources/{queue}/Properties/QueueName/Fn::Sub");
                    text(template.at(&path)).to_owned()
                }
            })
            .collect()
    };
    let queues = template.resources("AWS::SQS::Queue").into_values();
    let called = queues.map(|queue| text(&queue["Properties"]["QueueName"]["Fn::Sub"]).to_owned());
    let all: BTreeSet<String> = called.collect();
    let waiting = all.iter().filter(|name| !name.ends_with("-dead-letters")).cloned().collect();

    assert_eq!(shown("ApproximateNumberOfMessagesVisible"), all);
    assert_eq!(shown("ApproximateAgeOfOldestMessage"), waiting);
}
