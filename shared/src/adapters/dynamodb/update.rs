//! Writes an update expression clause by clause, every name and value a placeholder.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// Tag keys that fit in one update: an expression has at most 300 operands and 4 KB.
pub(super) const KEYS_AN_UPDATE: usize = 150;

/// Attribute names by their placeholders.
type Names = HashMap<String, String>;
/// Values by their placeholders.
type Values = HashMap<String, AttributeValue>;

/// The clauses of one update, with a condition.
#[derive(Debug, Clone, Default)]
pub(super) struct Update {
    set: Vec<String>,
    add: Vec<String>,
    remove: Vec<String>,
    delete: Vec<String>,
    conditions: Vec<String>,
    names: Names,
    values: Values,
}

impl Update {
    /// A placeholder for an attribute's name.
    fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    /// A placeholder for a value.
    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// Sets an attribute.
    pub(super) fn set(&mut self, name: &str, value: AttributeValue) {
        let (name, value) = (self.name(name), self.value(value));
        self.set.push(format!("{name} = {value}"));
    }

    /// Sets an attribute that is not there yet.
    pub(super) fn set_once(&mut self, name: &str, value: AttributeValue) {
        let (name, value) = (self.name(name), self.value(value));
        self.set.push(format!("{name} = if_not_exists({name}, {value})"));
    }

    /// Adds to a set.
    pub(super) fn add(&mut self, name: &str, value: AttributeValue) {
        let (name, value) = (self.name(name), self.value(value));
        self.add.push(format!("{name} {value}"));
    }

    /// Removes an attribute.
    pub(super) fn remove(&mut self, name: &str) {
        let name = self.name(name);
        self.remove.push(name);
    }

    /// Takes members out of a set.
    pub(super) fn delete(&mut self, name: &str, members: AttributeValue) {
        let (name, members) = (self.name(name), self.value(members));
        self.delete.push(format!("{name} {members}"));
    }

    fn require(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    /// Asks that an attribute be there.
    pub(super) fn require_present(&mut self, name: &str) {
        let name = self.name(name);
        self.require(format!("attribute_exists({name})"));
    }

    /// Asks that an attribute not be there.
    pub(super) fn require_absent(&mut self, name: &str) {
        let name = self.name(name);
        self.require(format!("attribute_not_exists({name})"));
    }

    /// Asks that a set not hold a value.
    pub(super) fn require_without(&mut self, set: &str, value: AttributeValue) {
        let (name, value) = (self.name(set), self.value(value));
        self.require(format!("NOT contains({name}, {value})"));
    }

    /// Asks that a set have fewer members than this.
    pub(super) fn require_fewer(&mut self, set: &str, limit: usize) {
        let limit = AttributeValue::N(limit.to_string());
        let (name, limit) = (self.name(set), self.value(limit));
        self.require(format!("(attribute_not_exists({name}) OR size({name}) < {limit})"));
    }

    /// Asks that an attribute be equal to a value.
    pub(super) fn require_equal(&mut self, name: &str, value: AttributeValue) {
        let (name, value) = (self.name(name), self.value(value));
        self.require(format!("{name} = {value}"));
    }

    /// Asks that an attribute be equal to one of these values.
    pub(super) fn require_one_of<const N: usize>(
        &mut self,
        name: &str,
        values: [AttributeValue; N],
    ) {
        let name = self.name(name);
        let values = values.map(|value| self.value(value)).join(", ");
        self.require(format!("{name} IN ({values})"));
    }

    /// Asks that an attribute be absent or compare so to a value.
    pub(super) fn require_absent_or(
        &mut self,
        name: &str,
        comparison: &str,
        value: AttributeValue,
    ) {
        let (name, value) = (self.name(name), self.value(value));
        self.require(format!("(attribute_not_exists({name}) OR {name} {comparison} {value})"));
    }

    /// Whether it changes nothing.
    pub(super) fn is_empty(&self) -> bool {
        [&self.set, &self.add, &self.remove, &self.delete].iter().all(|clause| clause.is_empty())
    }

    /// The update expression.
    pub(super) fn expression(&self) -> Option<String> {
        let clauses = [
            ("SET", &self.set),
            ("ADD", &self.add),
            ("REMOVE", &self.remove),
            ("DELETE", &self.delete),
        ];
        let clauses: Vec<String> = clauses
            .iter()
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(word, parts)| format!("{word} {}", parts.join(", ")))
            .collect();
        (!clauses.is_empty()).then(|| clauses.join(" "))
    }

    /// The condition expression.
    pub(super) fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    /// The names and the values behind the placeholders; none of either is no map.
    pub(super) fn into_placeholders(self) -> (Option<Names>, Option<Values>) {
        let names = Some(self.names).filter(|names| !names.is_empty());
        let values = Some(self.values).filter(|values| !values.is_empty());
        (names, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_come_out_in_order_with_placeholders() {
        let mut update = Update::default();
        update.set_once("a", AttributeValue::N("1".to_owned()));
        update.add("t:x", AttributeValue::Ss(vec!["y".to_owned()]));
        update.require_present("a");
        assert_eq!(
            update.expression().as_deref(),
            Some("SET #n0 = if_not_exists(#n0, :v0) ADD #n1 :v1")
        );
        assert_eq!(update.condition().as_deref(), Some("attribute_exists(#n2)"));
        let (names, values) = update.into_placeholders();
        assert_eq!(names.unwrap()["#n1"], "t:x");
        assert_eq!(values.unwrap().len(), 2);
    }
}
