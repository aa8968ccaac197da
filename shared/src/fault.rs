//! What is wrong with an input, and where: every refusal names its field.

use serde::Serialize;

/// One thing wrong at one place of a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// RFC 6901 pointer from the root of the document; empty for the document itself.
    pub pointer: String,
    /// What is wrong, as a short sentence for the person who sent it.
    pub detail: String,
}

/// The most faults that are told of one input.
const MAX_FAULTS: usize = 100;

/// Everything wrong with an input, up to 100 faults; never empty when it stands for a refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// One fault at the document itself; an enclosing reader adds where that is.
    pub fn here(detail: impl Into<String>) -> Self {
        Self(vec![Fault { pointer: String::new(), detail: detail.into() }])
    }

    /// One fault at a member of the document.
    pub fn at(name: &str, detail: impl Into<String>) -> Self {
        Self::here(detail).under(name)
    }

    /// The same faults, seen from the document that holds this one under `name`.
    #[must_use]
    pub fn under(mut self, name: impl AsRef<str>) -> Self {
        let name = name.as_ref().replace('~', "~0").replace('/', "~1");
        for fault in &mut self.0 {
            fault.pointer.insert_str(0, &name);
            fault.pointer.insert(0, '/');
        }
        self
    }

    /// The same faults, each at the place that `place` makes of its own.
    #[must_use]
    pub fn moved(mut self, place: impl Fn(&str) -> String) -> Self {
        for fault in &mut self.0 {
            fault.pointer = place(&fault.pointer);
        }
        self
    }

    /// One fault at the document itself, in the words of what refused it.
    pub fn of(refusal: impl std::fmt::Display) -> Self {
        Self::here(refusal.to_string())
    }

    /// What was read, if nothing was found wrong with it.
    ///
    /// # Errors
    /// These faults, when there is one.
    pub fn or<T>(self, read: T) -> Result<T, Self> {
        if self.is_empty() { Ok(read) } else { Err(self) }
    }

    /// Adds the faults of another part.
    pub fn extend(&mut self, other: Self) {
        let left = MAX_FAULTS.saturating_sub(self.0.len());
        self.0.extend(other.0.into_iter().take(left));
    }

    /// Adds one fault whose pointer is already relative to this document.
    pub fn push(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.extend(Self(vec![Fault { pointer: pointer.into(), detail: detail.into() }]));
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", fault.pointer, fault.detail)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_grow_outwards_and_escape_names() {
        let faults = Faults::at("a/b", "is wrong").under("0").under("x~y");
        assert_eq!(faults.to_string(), "/x~0y/0/a~1b: is wrong");
    }
}
