//! Values that a test knows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Values;

#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    values: BTreeMap<String, Vec<String>>,
    secrets: BTreeMap<String, String>,
}

impl Known {
    pub(super) fn of(values: &[(&str, &[&str])]) -> Self {
        let owned = |(name, values): &(&str, &[&str])| {
            (String::from(*name), values.iter().copied().map(String::from).collect())
        };
        Self { values: values.iter().map(owned).collect(), ..Self::default() }
    }

    pub(super) fn with(mut self, name: &str, values: Vec<String>) -> Self {
        self.values.insert(name.to_owned(), values);
        self
    }

    pub(super) fn with_secret(mut self, name: &str, secret: &str) -> Self {
        self.secrets.insert(name.to_owned(), secret.to_owned());
        self
    }
}

impl Values for Known {
    fn values(&self, name: &str) -> Vec<Cow<'_, str>> {
        self.values.get(name).into_iter().flatten().map(Cow::from).collect()
    }

    fn secret(&self, name: &str) -> Option<Cow<'_, str>> {
        self.secrets.get(name).map(Cow::from)
    }
}
