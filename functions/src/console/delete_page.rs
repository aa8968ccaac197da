//! The question before something is deleted for good.

use askama::Template;

use super::page::Layout;

/// A page with the question, and the form that answers it.
#[derive(Debug, Template)]
#[template(path = "console/delete.html")]
pub(super) struct DeletePage {
    pub(super) layout: Layout,
    pub(super) question: String,
    /// What comes of it.
    pub(super) consequence: String,
    /// What it is, as names and words.
    pub(super) facts: Vec<(&'static str, String)>,
    /// Where the form goes.
    pub(super) action: String,
    /// Where whoever keeps it goes.
    pub(super) back: String,
    /// The version of the campaign that was looked at, where that counts.
    pub(super) version: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deleted_is_text_and_the_version_goes_along_where_there_is_one() {
        let page = |version| DeletePage {
            layout: Layout::default(),
            question: "Delete the webhook <b>CRM</b>?".to_owned(),
            consequence: "It fires no more.".to_owned(),
            facts: vec![("Scope", "<i>calls</i>".to_owned())],
            action: "/console/x/delete".to_owned(),
            back: "/console/x".to_owned(),
            version,
        };
        let text = page(Some(7)).render().unwrap();
        assert!(!text.contains("<b>CRM") && !text.contains("<i>calls"));
        assert!(text.contains("name=\"version\" value=\"7\""));
        assert!(!page(None).render().unwrap().contains("name=\"version\""));
    }
}
