//! Whom a leg was dialled for, as the query of its address says.
//!
//! Such a query may be made of tags, and so of what partners have answered: what is too much of a
//! good thing is cut or left out rather than refused, which would lose the leg.

use hookline::fields::owner_tags;
use hookline::secret::sha256_hex;
use serde_json::{Map, Value, json};

use super::form::Form;

/// What the query says of the buyer itself; all else becomes tags.
const NAMES: [&str; 2] = ["buyer_id", "buyer_name"];
/// The most characters of an id and of a name.
const MAX_ID: usize = 128;
const MAX_NAME: usize = 200;
/// How much of a hash tells apart ids that begin the same.
const HASH: usize = 16;

/// A buyer as the plain shape has it, and what of the query did not fit.
#[derive(Debug)]
pub(super) struct Buyer {
    pub(super) document: Value,
    pub(super) left_out: Map<String, Value>,
}

impl Buyer {
    /// The buyer of that id, with the name and tags of the query.
    pub(super) fn named(id: &str, query: &Form) -> Self {
        let mut left_out = Map::new();
        let (mut id, mut name) = (id.to_owned(), query.get("buyer_name").map(str::to_owned));
        if id.chars().count() > MAX_ID {
            let hash: String = sha256_hex(&id).chars().take(HASH).collect();
            let start: String = id.chars().take(MAX_ID - HASH - 1).collect();
            left_out.insert("buyer_id".to_owned(), json!(id));
            id = format!("{start}-{hash}");
        }
        if let Some(long) = name.take_if(|name| name.chars().count() > MAX_NAME) {
            name = Some(long.chars().take(MAX_NAME).collect());
            left_out.insert("buyer_name".to_owned(), json!(long));
        }
        let (tags, more) = fitting(query);
        left_out.extend(more);
        Self { document: json!({"id": id, "name": name, "tags": tags}), left_out }
    }
}

/// The tags of a query that can be taken, value by value, and those that cannot.
fn fitting(query: &Form) -> (Map<String, Value>, Map<String, Value>) {
    let (mut tags, mut others) = (Map::new(), Map::new());
    for (name, values) in query.tags(&NAMES) {
        for value in values.as_array().into_iter().flatten() {
            let mut more = tags.clone();
            add(&mut more, &name, value);
            match owner_tags(&Value::Object(more.clone())) {
                Ok(_) => tags = more,
                Err(_) => add(&mut others, &name, value),
            }
        }
    }
    (tags, others)
}

fn add(tags: &mut Map<String, Value>, name: &str, value: &Value) {
    let values = tags.entry(name).or_insert_with(|| json!([]));
    if let Some(values) = values.as_array_mut() {
        values.push(value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_taken_as_it_is() {
        let query = Form::parse(b"buyer_id=b7&buyer_name=Bright+Homes&tier=gold&tier=new&empty=");
        let buyer = Buyer::named("b7", &query);
        let wanted = json!({"id": "b7", "name": "Bright Homes", "tags": {"tier": ["gold", "new"]}});
        assert_eq!((buyer.document, buyer.left_out), (wanted, Map::new()));
    }

    #[test]
    fn what_does_not_fit_is_cut_or_left_out() {
        let (id, name, value) = ("\u{e9}".repeat(129), "n".repeat(201), "v".repeat(1025));
        let query =
            format!("buyer_name={name}&tier={value}&tier=gold&geo=us&call_key=x&a%26=c&zone=1");
        let buyer = Buyer::named(&id, &Form::parse(query.as_bytes()));
        let hash = &sha256_hex(&id)[..16];
        let wanted = json!({
            "id": format!("{}-{hash}", "\u{e9}".repeat(111)),
            "name": "n".repeat(200),
            "tags": {"tier": ["gold"], "zone": ["1"]},
        });
        assert_eq!(buyer.document, wanted);
        let wanted = json!({"buyer_id": id, "buyer_name": name, "tier": [value], "geo": ["us"],
            "call_key": ["x"], "a&": ["c"]});
        assert_eq!(Value::Object(buyer.left_out), wanted);
    }

    #[test]
    fn of_too_many_tags_the_first_are_taken() {
        let query: Vec<String> = (100..250).map(|n| format!("t{n}=x")).collect();
        let buyer = Buyer::named("b", &Form::parse(query.join("&").as_bytes()));
        let tags = buyer.document["tags"].as_object().unwrap();
        assert_eq!((tags.len(), buyer.left_out.len()), (100, 50));
        assert!(tags.contains_key("t199") && buyer.left_out.contains_key("t200"));
    }
}
