//! Reads JSON documents field by field and collects every fault instead of stopping at the first.
//!
//! A field that is absent or `null` takes its default. A field nobody asked for is a fault when the
//! document is closed with [`Fields::refuse_others`], so that a misspelt option is never silently
//! ignored.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::fault::Faults;
use crate::tag::{TagKey, TagSet, TagValue};

/// The most tag keys that the campaign's owner or the platform sets at once.
const MAX_OWNER_KEYS: usize = 100;
/// The most that these tags weigh, in bytes.
const MAX_OWNER_BYTES: usize = 32 * 1024;

/// A JSON object being read, with the faults found so far.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    asked: Vec<&'a str>,
    faults: Faults,
}

impl<'a> Fields<'a> {
    /// Opens an object.
    ///
    /// # Errors
    /// When the value is of another type.
    pub fn of(value: &'a Value) -> Result<Self, Faults> {
        match value.as_object() {
            Some(object) => Ok(Self { object, asked: Vec::new(), faults: Faults::default() }),
            None => Err(Faults::here("must be an object")),
        }
    }

    /// Reads a field that may be left out; `None` when it was, or when it is at fault.
    pub fn optional<T>(
        &mut self,
        name: &'a str,
        read: impl FnOnce(&'a Value) -> Result<T, Faults>,
    ) -> Option<T> {
        self.asked.push(name);
        let value = self.object.get(name).filter(|value| !value.is_null())?;
        match read(value) {
            Ok(read) => Some(read),
            Err(faults) => {
                self.faults.extend(faults.under(name));
                None
            }
        }
    }

    /// Reads a field that has to be there; `None` when it is missing or at fault, which
    /// [`Fields::finish`] then tells.
    pub fn required<T>(
        &mut self,
        name: &'a str,
        read: impl FnOnce(&'a Value) -> Result<T, Faults>,
    ) -> Option<T> {
        if self.object.get(name).is_none_or(Value::is_null) {
            self.asked.push(name);
            self.fault(name, "is required");
            return None;
        }
        self.optional(name, read)
    }

    /// Notes a fault at a field.
    pub fn fault(&mut self, name: &str, detail: impl Into<String>) {
        self.faults.extend(Faults::at(name, detail));
    }

    /// Notes faults found elsewhere, with pointers relative to this object.
    pub fn faults(&mut self, faults: Faults) {
        self.faults.extend(faults);
    }

    /// Counts a field among those asked for that is read elsewhere.
    pub fn read_elsewhere(&mut self, name: &'a str) {
        self.asked.push(name);
    }

    /// The fields that were not asked for.
    pub fn others(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.object.iter().filter(|(name, _)| !self.asked.contains(&name.as_str()))
    }

    /// Makes every field that was not asked for a fault.
    pub fn refuse_others(&mut self) {
        let names: Vec<&String> = self.others().map(|(name, _)| name).collect();
        for name in names {
            self.faults.extend(Faults::at(name, "is not a field of this object"));
        }
    }

    /// Ends the reading with what was built from it.
    ///
    /// # Errors
    /// Every fault found, when there is one or when `built` is `None`.
    pub fn finish<T>(self, built: Option<T>) -> Result<T, Faults> {
        match built {
            Some(built) if self.faults.is_empty() => Ok(built),
            _ => Err(self.faults),
        }
    }
}

/// A string of up to `max` characters that is not blank.
pub fn text(max: usize) -> impl Fn(&Value) -> Result<String, Faults> {
    move |value| {
        let text = string(value)?;
        match text.chars().count() {
            _ if text.trim().is_empty() => Err(Faults::here("must not be empty")),
            count if count > max => Err(Faults::here(format!("has at most {max} characters"))),
            _ => Ok(text.to_owned()),
        }
    }
}

/// A string of any length.
///
/// # Errors
/// When the value is of another type.
pub fn string(value: &Value) -> Result<&str, Faults> {
    value.as_str().ok_or_else(|| Faults::here("must be a string"))
}

/// `true` or `false`.
///
/// # Errors
/// When the value is of another type.
pub fn flag(value: &Value) -> Result<bool, Faults> {
    value.as_bool().ok_or_else(|| Faults::here("must be true or false"))
}

/// A whole number from `min` to `max`.
pub fn whole(min: i64, max: i64) -> impl Fn(&Value) -> Result<i64, Faults> {
    move |value| {
        value
            .as_i64()
            .filter(|number| (min..=max).contains(number))
            .ok_or_else(|| Faults::here(format!("must be a whole number from {min} to {max}")))
    }
}

/// An amount of money: a decimal as a string or a number, not negative.
///
/// # Errors
/// When it is neither, negative, or more precise than a decimal holds.
pub fn amount(value: &Value) -> Result<Decimal, Faults> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Err(Faults::here("must be a decimal amount such as \"30.00\"")),
    };
    parse_amount(&text).map_err(Faults::here)
}

/// An amount of money as text.
///
/// # Errors
/// Says what an amount looks like.
pub fn parse_amount(text: &str) -> Result<Decimal, &'static str> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let amount = plain.then(|| Decimal::from_str_exact(text).ok()).flatten();
    amount.ok_or("must be a decimal amount that is not negative, such as 30.00")
}

/// An array whose items `read` takes one by one.
pub fn list<T>(
    max: usize,
    read: impl Fn(&Value) -> Result<T, Faults>,
) -> impl Fn(&Value) -> Result<Vec<T>, Faults> {
    move |value| {
        let items = value.as_array().ok_or_else(|| Faults::here("must be an array"))?;
        if items.len() > max {
            return Err(Faults::here(format!("has at most {max} items")));
        }
        let mut faults = Faults::default();
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match read(item) {
                Ok(item) => list.push(item),
                Err(found) => faults.extend(found.under(index.to_string())),
            }
        }
        faults.or(list)
    }
}

/// Tags that the campaign's owner or the platform sets: an object of strings, numbers, booleans or
/// arrays of them.
///
/// # Errors
/// Every key or value at fault, and names that are Hookline's own.
pub fn owner_tags(value: &Value) -> Result<TagSet, Faults> {
    let object = value.as_object().ok_or_else(|| Faults::here("must be an object of tags"))?;
    if object.len() > MAX_OWNER_KEYS {
        return Err(Faults::here(format!("has at most {MAX_OWNER_KEYS} keys")));
    }
    let mut faults = Faults::default();
    let mut tags = TagSet::new();
    for (name, value) in object {
        let key = match TagKey::parse(name) {
            Ok(key) if key.as_str() == "geo" => {
                faults.extend(Faults::at(name, "says where a caller is, which cannot be set here"));
                continue;
            }
            Ok(key) if key.is_open_to_owner() => key,
            Ok(_) => {
                faults.extend(Faults::at(name, "is a name that Hookline answers itself"));
                continue;
            }
            Err(fault) => {
                faults.extend(Faults::at(name, fault.to_string()));
                continue;
            }
        };
        match tag_values(value) {
            Ok(values) => values.into_iter().for_each(|value| {
                tags.insert(key.clone(), value);
            }),
            Err(found) => faults.extend(found.under(name)),
        }
    }
    if tags.weight() > MAX_OWNER_BYTES {
        faults.push("", format!("has at most {MAX_OWNER_BYTES} bytes of keys and values"));
    }
    faults.or(tags)
}

fn tag_values(value: &Value) -> Result<Vec<TagValue>, Faults> {
    match value {
        Value::Array(_) => list(50, tag_value)(value),
        Value::Null => Ok(Vec::new()),
        single => tag_value(single).map(|value| vec![value]),
    }
}

fn tag_value(value: &Value) -> Result<TagValue, Faults> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return Err(Faults::here("must be a string, a number, true or false")),
    };
    TagValue::parse(&text).map_err(Faults::of)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_fault_is_told_with_its_pointer() {
        let document = json!({"name": "", "size": 9, "list": [1, "x", 3], "typo": true});
        let mut fields = Fields::of(&document).unwrap();
        let name = fields.required("name", text(10));
        let size = fields.optional("size", whole(0, 5));
        let list = fields.optional("list", list(5, whole(0, 2)));
        let missing = fields.required("missing", flag);
        fields.refuse_others();
        let built: Result<(), _> = fields.finish(name.and(size).and(list).and(missing).map(|_| ()));

        let told: Vec<_> =
            built.unwrap_err().iter().map(|f| (f.pointer.clone(), f.detail.clone())).collect();
        let expected = [
            ("/name", "must not be empty"),
            ("/size", "must be a whole number from 0 to 5"),
            ("/list/1", "must be a whole number from 0 to 2"),
            ("/list/2", "must be a whole number from 0 to 2"),
            ("/missing", "is required"),
            ("/typo", "is not a field of this object"),
        ];
        assert_eq!(told, expected.map(|(p, d)| (p.to_owned(), d.to_owned())));
    }

    #[test]
    fn zero_is_an_amount_and_a_negative_is_not() {
        assert_eq!(amount(&json!("0.00")).map(|a| a.to_string()), Ok("0.00".to_owned()));
        assert_eq!(amount(&json!(0)).map(|a| a.to_string()), Ok("0".to_owned()));
        assert!(amount(&json!("-1")).is_err());
        assert!(amount(&json!("1e3")).is_err());
    }

    #[test]
    fn the_platform_may_say_sub_id_but_not_call_id() {
        assert!(owner_tags(&json!({"sub_id": "x"})).is_ok());
        assert!(owner_tags(&json!({"call_id": "x"})).is_err());
        assert!(owner_tags(&json!({"system_x": "x"})).is_err());
    }
}
