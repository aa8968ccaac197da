//! XML templates: whether the whole makes an XML document.
//!
//! A template that is a document with a stand-in for each token, with every stand-in in text or in
//! an attribute's value, is a document with any values: there they are escaped.

use roxmltree::{Document, Error, TextPos};

use super::fault::{FaultList, Problem};
use super::sample::Sample;
use super::{Part, Template, TemplateFault};

/// From the private use area: a character of XML that no name, and so no markup, may hold.
const STAND_IN: char = '\u{e000}';
/// The same as text.
const STAND_IN_TEXT: &str = "\u{e000}";
/// Inside such a section nothing is escaped.
const CDATA: &str = "<![CDATA[";

impl Template {
    /// Checks that a template for [`super::Context::Xml`] makes an XML document with that root
    /// element, whatever the values are.
    ///
    /// # Errors
    /// The first reason why it does not.
    pub fn check_xml(&self, root: &'static str) -> Result<(), Vec<TemplateFault>> {
        let mut faults = FaultList::default();
        faults.extend(self.first_xml_fault(root));
        if faults.is_empty() { Ok(()) } else { Err(faults.placed_in(&self.source)) }
    }

    fn first_xml_fault(&self, root: &'static str) -> Option<(usize, Problem)> {
        if let Some(at) = self.source.find(CDATA) {
            return Some((at, Problem::Cdata));
        }
        let sample = Sample::of(&self.source, &self.parts, |_| STAND_IN_TEXT);
        let document = match Document::parse(&sample.text) {
            Ok(document) => document,
            Err(error) => {
                let offset = sample.source_offset(offset_of(error.pos(), &sample.text));
                return Some((self.source.floor_char_boundary(offset), reason(&error)));
            }
        };
        if let Some((at, encoding)) = declared_encoding(&sample.text)
            && !encoding.eq_ignore_ascii_case("utf-8")
        {
            return Some((sample.source_offset(at), Problem::XmlEncoding));
        }
        let top = document.root_element();
        if top.tag_name().namespace().is_some() || top.tag_name().name() != root {
            return Some((sample.source_offset(top.range().start), Problem::XmlRoot(root)));
        }
        let escaped = |text: &str| text.chars().filter(|c| *c == STAND_IN).count();
        let nodes = document.descendants();
        let placed: usize = nodes
            .map(|node| {
                let text = node.text().filter(|_| node.is_text()).map_or(0, escaped);
                text + node.attributes().map(|attribute| escaped(attribute.value())).sum::<usize>()
            })
            .sum();
        let token = self.parts.iter().find_map(|part| match part {
            Part::Token(token) => Some(token.span.start),
            Part::Literal(_) => None,
        });
        let misplaced = placed < escaped(&sample.text);
        misplaced.then(|| (token.unwrap_or(0), Problem::TokenInMarkup))
    }
}

/// The encoding that the XML declaration of a document names, with where the name begins. The parser
/// has seen that the declaration is one.
fn declared_encoding(text: &str) -> Option<(usize, &str)> {
    let declaration = text.trim_start_matches('\u{feff}').strip_prefix("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, named) = declaration.split_once("encoding")?;
    let (_, named) = named.split_once(['"', '\''])?;
    let at = text.find("?>")? - named.len();
    Some((at, named.split(['"', '\'']).next()?))
}

/// What the parser says, without the place, which is told in another way.
fn reason(error: &Error) -> Problem {
    let mut reason = error.to_string();
    if let Some(place) = reason.rfind(" at ") {
        reason.truncate(place);
    }
    Problem::NotXml(reason.replace(STAND_IN, "[…]"))
}

/// The parser counts lines and, in characters, columns from 1.
fn offset_of(place: TextPos, text: &str) -> usize {
    let row = usize::try_from(place.row).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(place.col).unwrap_or(1).saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(row).map(str::len).sum();
    let line = text.get(before..).unwrap_or_default();
    before + line.chars().take(column).map(char::len_utf8).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::super::Context;

    use super::*;

    fn faults(source: &str) -> Vec<String> {
        let template = Template::parse(source, Context::Xml).unwrap();
        let found = template.check_xml("Response").err().unwrap_or_default();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn documents_stay_documents_whatever_the_values_are() {
        for source in [
            "<Response/>",
            "<?xml version='1.0' encoding='utf-8' standalone='yes'?><Response/>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- hello -->\n<Response>\n</Response>\n",
            "<Response><Dial callerId='[called_number]'><Number>[buyer_number]</Number></Dial></Response>",
            "<Response><Say>Hello [first_name|default:friend], [[0]</Say></Response>",
            "<Response><Say>[dial_call_status|map:completed=Goodbye.,busy=All lines are busy.|default:Nobody answers.]</Say></Response>",
        ] {
            assert_eq!(faults(source), [""; 0], "{source}");
        }
    }

    #[test]
    fn what_is_no_document_is_told_with_its_place() {
        let not_xml = |place: usize, why: &str| {
            format!("character {place}: with its tokens filled in, this is not XML: {why}")
        };
        let misplaced = "tokens may stand in text and in the values of attributes only";
        for (source, wanted) in [
            ("", not_xml(1, "the document does not have a root node")),
            (
                "<Response><Say>[first_name]</Sai></Response>",
                not_xml(28, "expected 'Say' tag, not 'Sai'"),
            ),
            (
                "<Response>[a][b] & [c]</Response>",
                not_xml(18, "malformed entity reference"),
            ),
            (
                "<!DOCTYPE Response [<!ENTITY a 'b'>]><Response/>",
                not_xml(1, "XML with DTD detected"),
            ),
            ("<Say>x</Say>", "character 1: the root element must be <Response>".to_owned()),
            (
                "<a:Response xmlns:a='x'/>",
                "character 1: the root element must be <Response>".to_owned(),
            ),
            (
                "<?xml version='1.0' encoding='ISO-8859-1'?><Response/>",
                "character 31: the document is sent as UTF-8 and may declare no other encoding"
                    .to_owned(),
            ),
            ("<Response><!-- [x] --></Response>", format!("character 16: {misplaced}")),
            ("<?xml-stylesheet [x]?><Response/>", format!("character 18: {misplaced}")),
            (
                "<Response><Say><![CDATA[ [x] ]]></Say></Response>",
                "character 16: write text without CDATA sections, which values cannot be escaped for"
                    .to_owned(),
            ),
        ] {
            assert_eq!(faults(source), [wanted], "{source}");
        }
        for source in ["<Response><[x]/></Response>", "<Response [x]='1'/>", "<Response a=[x]/>"] {
            assert_eq!(faults(source).len(), 1, "{source}");
        }
    }
}
