//! What a service was asked for and what that cost, by its requests and its answers; the policy is that
//! of [`crate::meter`].

use std::collections::BTreeMap;
use std::ops::AddAssign;

use http::StatusCode;
use serde_json::Value;

use crate::item_size::item_bytes;

/// What the partitions of calls start with.
const CALL: &str = "CALL";
/// The operations that read items.
const READS: [&str; 4] = ["GetItem", "Query", "Scan", "BatchGetItem"];
/// The operations that write items.
const WRITES: [&str; 5] =
    ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

/// What a service was asked for, by operation, such as `UpdateItem`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage(pub BTreeMap<String, Operation>);

/// What one operation came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Operation {
    /// How often it was asked for.
    pub requests: u64,
    /// How many of them were refused, for a condition that did not hold or for anything else.
    pub refused: u64,
    /// Items that were read and came back.
    pub items_read: u64,
    /// Items that were put, updated, deleted or checked.
    pub items_written: u64,
    /// What the requests' bodies weigh.
    pub bytes_in: u64,
    /// What the answers' bodies weigh.
    pub bytes_out: u64,
    /// Read units, of the table and its indexes.
    pub read_units: f64,
    /// Write units, of the table and its indexes.
    pub write_units: f64,
    /// The write units among them that each index took.
    pub index_units: BTreeMap<String, f64>,
    /// Those that the table took, by what its partitions are of, such as `CALL`. In a transaction, what
    /// is not of a call is taken for the least there is.
    pub kind_units: BTreeMap<String, f64>,
}

impl AddAssign<&Self> for Operation {
    fn add_assign(&mut self, other: &Self) {
        self.requests += other.requests;
        self.refused += other.refused;
        self.items_read += other.items_read;
        self.items_written += other.items_written;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.read_units += other.read_units;
        self.write_units += other.write_units;
        for (index, units) in &other.index_units {
            *self.index_units.entry(index.clone()).or_default() += units;
        }
        for (kind, units) in &other.kind_units {
            *self.kind_units.entry(kind.clone()).or_default() += units;
        }
    }
}

impl AddAssign<&Self> for Usage {
    fn add_assign(&mut self, other: &Self) {
        for (name, operation) in &other.0 {
            *self.0.entry(name.clone()).or_default() += operation;
        }
    }
}

impl Usage {
    /// All operations together.
    #[must_use]
    pub fn total(&self) -> Operation {
        let mut total = Operation::default();
        for operation in self.0.values() {
            total += operation;
        }
        total
    }
}

/// A request for items in a table that also asks what it consumes; `None` of any other.
pub(crate) fn metered(operation: &str, body: &[u8]) -> Option<Value> {
    if !READS.contains(&operation) && !WRITES.contains(&operation) {
        return None;
    }
    let mut document: Value = serde_json::from_slice(body).ok()?;
    document.as_object_mut()?.insert("ReturnConsumedCapacity".to_owned(), "INDEXES".into());
    Some(document)
}

/// What a request for items came to.
pub(crate) fn cost_of(
    operation: &str,
    asked: &Value,
    status: StatusCode,
    answered: &[u8],
) -> Operation {
    let answer: Value = serde_json::from_slice(answered).unwrap_or_default();
    let is_write = WRITES.contains(&operation);
    let mut cost = Operation::default();
    if is_write {
        cost.items_written = items_written(asked);
    }
    if !status.is_success() {
        cost.refused = 1;
        cost.write_units = if is_write { refused_units(&answer) } else { 0.0 };
        return cost;
    }
    cost.items_read = items_read(&answer);
    let consumed = match answer.get("ConsumedCapacity") {
        Some(Value::Array(tables)) => tables.iter().collect(),
        one => one.into_iter().collect::<Vec<_>>(),
    };
    for table in consumed {
        let units = number(table.get("CapacityUnits"));
        if !is_write {
            cost.read_units += units;
            continue;
        }
        cost.write_units += units;
        let indexes = table.get("GlobalSecondaryIndexes").and_then(Value::as_object);
        for (name, index) in indexes.into_iter().flatten() {
            let units = number(index.get("CapacityUnits"));
            *cost.index_units.entry(name.clone()).or_default() += units;
        }
    }
    if is_write {
        let of_table = cost.write_units - cost.index_units.values().sum::<f64>();
        cost.kind_units = by_kind(asked, of_table);
    }
    cost
}

/// Shares the table's units of a write out among what its items are of.
fn by_kind(asked: &Value, units: f64) -> BTreeMap<String, f64> {
    let least = if asked.get("TransactItems").is_some() { 2.0 } else { 1.0 };
    let mut shares = BTreeMap::<String, f64>::new();
    let kinds = kinds_of(asked);
    let first = kinds.iter().find(|kind| *kind == CALL).or_else(|| kinds.first());
    let Some(first) = first.cloned() else { return shares };
    let mut left = units;
    for kind in kinds.iter().filter(|kind| **kind != first) {
        *shares.entry(kind.clone()).or_default() += least;
        left -= least;
    }
    *shares.entry(first).or_default() += left;
    shares
}

/// What each item of a write is of: its partition key up to the first `#`.
fn kinds_of(asked: &Value) -> Vec<String> {
    let mut kinds = Vec::new();
    let mut documents = vec![asked];
    while let Some(document) = documents.pop() {
        match document {
            Value::Object(fields) => {
                let key = ["Key", "Item"].iter().find_map(|field| fields.get(*field)?.get("pk"));
                match key.and_then(|pk| pk.get("S")?.as_str()) {
                    Some(pk) => kinds.push(pk.split('#').next().unwrap_or_default().to_owned()),
                    None => documents.extend(fields.values()),
                }
            }
            Value::Array(items) => documents.extend(items),
            _ => {}
        }
    }
    kinds
}

/// What a refused write is charged, by the items that the refusal shows.
fn refused_units(answer: &Value) -> f64 {
    let units = |item: Option<&Value>| kilobytes(item.map_or(0, item_bytes));
    match answer.get("CancellationReasons").and_then(Value::as_array) {
        Some(reasons) => reasons.iter().map(|reason| 2.0 * units(reason.get("Item"))).sum(),
        None => units(answer.get("Item")),
    }
}

/// Whole units for so many bytes, at least one.
#[expect(clippy::cast_precision_loss, reason = "an item has 400 KB at the most")]
fn kilobytes(bytes: usize) -> f64 {
    bytes.div_ceil(1024).max(1) as f64
}

fn items_written(asked: &Value) -> u64 {
    let batch = asked.get("RequestItems").and_then(Value::as_object);
    let batched = batch.into_iter().flat_map(|tables| tables.values());
    let transacted = asked.get("TransactItems").into_iter();
    let lists: Vec<&Vec<Value>> = batched.chain(transacted).filter_map(Value::as_array).collect();
    if lists.is_empty() { 1 } else { lists.iter().map(|items| items.len() as u64).sum() }
}

fn items_read(answer: &Value) -> u64 {
    let one = u64::from(answer.get("Item").is_some());
    let several = answer.get("Items").and_then(Value::as_array).map_or(0, Vec::len);
    let batched = answer.get("Responses").and_then(Value::as_object);
    let batched: usize = batched
        .into_iter()
        .flat_map(|tables| tables.values())
        .map(|items| items.as_array().map_or(0, Vec::len))
        .sum();
    one + (several + batched) as u64
}

fn number(value: Option<&Value>) -> f64 {
    value.and_then(Value::as_f64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_units_of_a_transaction_are_shared_out_by_what_its_items_are_of() {
        let key = |pk: &str| json!({"Key": {"pk": {"S": pk}, "sk": {"S": "x"}}});
        let asked = json!({"TransactItems": [
            {"Update": key("CALL#c1")},
            {"Put": {"Item": {"pk": {"S": "CALLER#solar#+1"}, "sk": {"S": "x"}}}},
            {"ConditionCheck": key("KEY#ab")}, {"ConditionCheck": key("CALL#c1")},
        ]});

        let shares = by_kind(&asked, 20.0);

        let wanted = [("CALL", 16.0), ("CALLER", 2.0), ("KEY", 2.0)];
        assert_eq!(shares, wanted.map(|(kind, units)| (kind.to_owned(), units)).into());
    }
}
