//! What the template's alarms and its dashboard read in CloudWatch.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Template, list, text};

/// A metric that somebody reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reading {
    /// Who reads it: the name of an alarm's resource, or the title of a widget.
    pub reader: String,
    /// The metric's namespace.
    pub namespace: String,
    /// The metric's name.
    pub metric: String,
    /// Which of that name.
    pub dimensions: BTreeMap<String, Dimension>,
}

/// The value of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// What refers to a resource of the template, or to an attribute of one: `Table`,
    /// `TimerQueue.QueueName`.
    Reference(String),
    /// A text as it stands.
    Text(String),
}

impl Template {
    /// The properties of every alarm, by the names of their resources.
    #[must_use]
    pub fn alarms(&self) -> BTreeMap<&str, &Value> {
        let alarms = self.resources("AWS::CloudWatch::Alarm").into_iter();
        alarms.map(|(name, alarm)| (name, &alarm["Properties"])).collect()
    }

    /// The queries of an alarm, those that are there under a condition with the others. An alarm on
    /// one metric has none.
    #[must_use]
    pub fn queries(alarm: &Value) -> Vec<&Value> {
        let queries = alarm.get("Metrics").map(list).unwrap_or_default().iter();
        queries.map(|query| query.pointer("/Fn::If/1").unwrap_or(query)).collect()
    }

    /// The widgets of the dashboard.
    #[must_use]
    pub fn widgets(&self) -> Vec<Value> {
        let dashboards: Vec<&Value> =
            self.resources("AWS::CloudWatch::Dashboard").into_values().collect();
        let [dashboard] = dashboards.as_slice() else { panic!("there is one dashboard") };
        let body = text(&dashboard["Properties"]["DashboardBody"]["Fn::Sub"]);
        let body: Value = serde_json::from_str(body).expect("the dashboard is JSON");
        list(&body["widgets"]).to_vec()
    }

    /// Everything that alarms and the dashboard read.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading> {
        let alarms = self.alarms().into_iter().flat_map(|(name, alarm)| of_alarm(name, alarm));
        let widgets = self.widgets().into_iter().flat_map(|widget| of_widget(&widget));
        alarms.chain(widgets).collect()
    }
}

fn of_alarm(name: &str, alarm: &Value) -> Vec<Reading> {
    let stats = Template::queries(alarm).into_iter().filter_map(|query| query.get("MetricStat"));
    let of_expression = stats.map(|stat| &stat["Metric"]);
    let alone = alarm.get("MetricName").map(|_| alarm);
    let reading = |metric: &Value| Reading {
        reader: name.to_owned(),
        namespace: text(&metric["Namespace"]).to_owned(),
        metric: text(&metric["MetricName"]).to_owned(),
        dimensions: list(&metric["Dimensions"])
            .iter()
            .map(|one| (text(&one["Name"]).to_owned(), of_template(&one["Value"])))
            .collect(),
    };
    of_expression.chain(alone).map(reading).collect()
}

fn of_template(value: &Value) -> Dimension {
    match value.get("Ref").or_else(|| value.get("Fn::GetAtt")) {
        Some(reference) => Dimension::Reference(text(reference).to_owned()),
        None => Dimension::Text(text(value).to_owned()),
    }
}

/// A widget's metrics: lists of namespace, name, and dimensions, with what is said of the line at the
/// end. Expressions have nothing but that.
fn of_widget(widget: &Value) -> Vec<Reading> {
    let properties = &widget["properties"];
    let lines = list(&properties["metrics"]).iter().map(list);
    let lines = lines.filter(|line| line.iter().any(Value::is_string));
    let reading = |line: &[Value]| {
        let words: Vec<&str> = line.iter().filter_map(Value::as_str).collect();
        let [namespace, metric, dimensions @ ..] = words.as_slice() else {
            panic!("{words:?} names no metric")
        };
        Reading {
            reader: text(&properties["title"]).to_owned(),
            namespace: (*namespace).to_owned(),
            metric: (*metric).to_owned(),
            dimensions: dimensions
                .chunks(2)
                .map(|pair| match pair {
                    [name, value] => ((*name).to_owned(), of_substitution(value)),
                    _ => panic!("{words:?} has a dimension without a value"),
                })
                .collect(),
        }
    };
    lines.map(reading).collect()
}

fn of_substitution(value: &str) -> Dimension {
    match value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        Some(reference) => Dimension::Reference(reference.to_owned()),
        None => Dimension::Text(value.to_owned()),
    }
}
