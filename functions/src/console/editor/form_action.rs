//! What the pressed button of an editor's form asks for. Without a script, rows are added and removed
//! by sending the form, which comes back as it was typed with one row more or less.

use super::super::form::Filled;
use super::campaign_form::CampaignForm;
use super::conversion_row::ConversionRow;
use super::pairs::Pair;
use super::webhook_form::{MatchRow, WebhookForm};

/// What is to be done with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FormAction {
    /// Save it.
    Save,
    /// Show it again with an empty row at the end of a list.
    Add(String),
    /// Show it again without a row of a list.
    Drop(String, usize),
}

impl FormAction {
    /// Reads the pressed button; a form sent by the return key is saved.
    pub(super) fn of(form: &Filled) -> Self {
        let mut parts = form.text("action").splitn(3, '.');
        match (parts.next(), parts.next(), parts.next().map(str::parse)) {
            (Some("add"), Some(list), None) => Self::Add(list.to_owned()),
            (Some("drop"), Some(list), Some(Ok(row))) => Self::Drop(list.to_owned(), row),
            _ => Self::Save,
        }
    }

    /// Changes the rows of a webhook's form.
    pub(super) fn change_webhook(&self, form: &mut WebhookForm) {
        match self.list() {
            "headers" => self.change(&mut form.headers, Pair::default()),
            "matches" => self.change(&mut form.matches, MatchRow::default()),
            "response_map" => self.change(&mut form.response_map, Pair::default()),
            _ => {}
        }
    }

    /// Changes the rows of a campaign's form.
    pub(super) fn change_campaign(&self, form: &mut CampaignForm) {
        match self.list() {
            "conversion" => self.change(&mut form.conversion, ConversionRow::default()),
            "default_tags" => self.change(&mut form.default_tags, Pair::default()),
            "secrets" => self.change(&mut form.secrets, Pair::default()),
            _ => {}
        }
    }

    fn list(&self) -> &str {
        match self {
            Self::Save => "",
            Self::Add(list) | Self::Drop(list, _) => list,
        }
    }

    fn change<Row>(&self, rows: &mut Vec<Row>, empty: Row) {
        match self {
            Self::Add(_) => rows.push(empty),
            Self::Drop(_, row) if *row < rows.len() => {
                rows.remove(*row);
            }
            Self::Save | Self::Drop(..) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_says_what_to_do_and_none_means_save() {
        let step = |button| FormAction::of(&Filled::of(&[("action", button)]));
        assert_eq!(step("add.headers"), FormAction::Add("headers".to_owned()));
        assert_eq!(step("drop.matches.2"), FormAction::Drop("matches".to_owned(), 2));
        for other in ["save", "", "drop.matches", "drop.matches.x", "add"] {
            assert_eq!(step(other), FormAction::Save, "{other}");
        }
    }

    #[test]
    fn rows_come_and_go_and_what_was_typed_stays() {
        let filled = Filled::of(&[
            ("header_name", "x-a"),
            ("header_value", "1"),
            ("header_name", "x-b"),
            ("header_value", "2"),
        ]);
        let mut form = WebhookForm::of_typed(&filled);
        FormAction::Add("headers".to_owned()).change_webhook(&mut form);
        FormAction::Drop("headers".to_owned(), 0).change_webhook(&mut form);
        FormAction::Drop("headers".to_owned(), 9).change_webhook(&mut form);
        let names: Vec<_> = form.headers.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["x-b", ""]);
    }
}
