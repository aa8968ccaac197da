//! `template.yaml` as a document: its YAML tags become the JSON forms of `CloudFormation`, so that
//! `!Ref Table` reads `{"Ref": "Table"}` and `!GetAtt A.Arn` reads `{"Fn::GetAtt": "A.Arn"}`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a template that does not read fails the test"
)]

use std::collections::BTreeMap;
use std::path::Path;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Value, json};

mod watched;

pub use self::watched::{Dimension, Reading};

/// The template.
#[derive(Debug)]
pub struct Template(Value);

impl Template {
    /// The template at the top of the repository.
    #[must_use]
    pub fn read() -> Self {
        let file = repository().join("template.yaml");
        let text = std::fs::read_to_string(file).expect("template.yaml is there");
        let documents = Yaml::load_from_str(&text).expect("template.yaml is YAML");
        let [document] = documents.as_slice() else { panic!("template.yaml is one document") };
        Self(value_of(document))
    }

    /// What a JSON pointer leads to.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or_else(|| panic!("template.yaml has no {pointer}"))
    }

    /// The resources of a type, by their names.
    #[must_use]
    pub fn resources(&self, kind: &str) -> BTreeMap<&str, &Value> {
        let all = self.at("/Resources").as_object().expect("resources have names");
        let wanted = all.iter().filter(|(_, resource)| resource["Type"] == kind);
        wanted.map(|(name, resource)| (name.as_str(), resource)).collect()
    }

    /// The functions by the binary they run: the name of the resource, and its properties with
    /// those of all functions.
    #[must_use]
    pub fn functions(&self) -> BTreeMap<String, (&str, Value)> {
        let resources = self.resources("AWS::Serverless::Function");
        let count = resources.len();
        let functions: BTreeMap<String, (&str, Value)> = resources
            .into_iter()
            .map(|(name, resource)| {
                let binary = &resource["Metadata"]["BuildProperties"]["Binary"];
                let mut properties = self.at("/Globals/Function").clone();
                merge(&mut properties, &resource["Properties"]);
                (text(binary).to_owned(), (name, properties))
            })
            .collect();
        assert_eq!(functions.len(), count, "each function has a binary of its own");
        functions
    }

    /// The value that a parameter has unless the operator says otherwise, as the text it becomes.
    #[must_use]
    pub fn default(&self, parameter: &str) -> String {
        match self.at(&format!("/Parameters/{parameter}/Default")) {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// The top of the repository.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is within the repository")
}

/// A value that has to be text.
#[must_use]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A value that has to be a list.
#[must_use]
pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// What stands alone or in a list.
#[must_use]
pub fn one_or_more(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

fn value_of(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(flag)) => json!(flag),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.0),
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Sequence(items) => items.iter().map(value_of).collect(),
        Yaml::Mapping(entries) => Value::Object(
            entries
                .iter()
                .map(|(name, value)| (text(&value_of(name)).to_owned(), value_of(value)))
                .collect(),
        ),
        Yaml::Tagged(tag, inner) => match tag.suffix.as_str() {
            "Ref" => json!({"Ref": value_of(inner)}),
            name => json!({format!("Fn::{name}"): value_of(inner)}),
        },
        other => panic!("template.yaml has something that is not understood: {other:?}"),
    }
}
