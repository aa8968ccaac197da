//! Reads the templates of a campaign: well formed, to an address that may be sent to, with secrets
//! that the campaign has.

use http::HeaderName;
use serde_json::Value;
use url::Url;

use super::WebhookBody;
use crate::fault::Faults;
use crate::fields::{Fields, string, text};
use crate::ports::sender::{BlockReason, is_forbidden_header};
use crate::signature::is_signature_header;
use crate::template::{Context, Template, TemplateFault, UrlTemplate};

const MAX_HEADERS: usize = 50;

/// What a campaign's templates have to fit, besides being well formed.
pub(super) struct Surroundings<'a> {
    /// Says why a URL may not be sent to.
    pub(super) admit: &'a dyn Fn(&Url) -> Result<(), BlockReason>,
    /// The names of the campaign's secrets.
    pub(super) secrets: Vec<&'a str>,
}

impl Surroundings<'_> {
    pub(super) fn url(&self, value: &Value) -> Result<UrlTemplate, Faults> {
        let template = UrlTemplate::parse(string(value)?).map_err(|faults| positioned(&faults))?;
        let mut faults = self.unknown_secrets(template.secrets());
        if let Err(reason) = (self.admit)(template.sample()) {
            faults.push("", reason.to_string());
        }
        faults.or(template)
    }

    pub(super) fn template(&self, value: &Value, context: Context) -> Result<Template, Faults> {
        let template =
            Template::parse(string(value)?, context).map_err(|faults| positioned(&faults))?;
        let faults = self.unknown_secrets(template.secrets());
        faults.or(template)
    }

    fn unknown_secrets<'t>(&self, used: impl Iterator<Item = &'t str>) -> Faults {
        let mut faults = Faults::default();
        for name in used.filter(|name| !self.secrets.contains(name)) {
            faults.push("", format!("uses the secret {name:?}, which secrets does not have"));
        }
        faults
    }
}

impl WebhookBody {
    pub(super) fn from_json(
        value: &Value,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, Faults> {
        let mut fields = Fields::of(value)?;
        let content_type = fields.required("content_type", |value| {
            let text = text(200)(value)?;
            match http::HeaderValue::from_str(&text) {
                Ok(_) if text.contains('/') => Ok(text),
                _ => Err(Faults::here("must be a media type such as application/json")),
            }
        });
        let context = content_type.as_deref().map_or(Context::Text, Context::of_content_type);
        let template = fields.required("template", |value| surroundings.template(value, context));
        fields.refuse_others();
        fields.finish(
            content_type
                .zip(template)
                .map(|(content_type, template)| Self { content_type, template }),
        )
    }
}

/// Reads headers of the owner's own.
pub(super) fn headers(
    value: &Value,
    surroundings: &Surroundings<'_>,
) -> Result<Vec<(HeaderName, Template)>, Faults> {
    let object =
        value.as_object().ok_or_else(|| Faults::here("must be an object of header values"))?;
    if object.len() > MAX_HEADERS {
        return Err(Faults::here(format!("has at most {MAX_HEADERS} headers")));
    }
    let mut faults = Faults::default();
    let mut headers = Vec::with_capacity(object.len());
    for (name, value) in object {
        let parsed = match HeaderName::from_bytes(name.as_bytes()) {
            Ok(header) if is_forbidden_header(&header) => {
                Err(Faults::here("is a header that the connection itself decides"))
            }
            Ok(header) if is_signature_header(&header) => {
                Err(Faults::here("is a header that signing sets; give a signing_secret instead"))
            }
            Ok(header) => {
                surroundings.template(value, Context::Header).map(|template| (header, template))
            }
            Err(_) => Err(Faults::here("is no header name")),
        };
        match parsed {
            Ok(header) => headers.push(header),
            Err(found) => faults.extend(found.under(name)),
        }
    }
    for (index, (name, _)) in headers.iter().enumerate() {
        if headers.iter().skip(index + 1).any(|(other, _)| other == name) {
            faults.extend(Faults::at(name.as_str(), "is there twice, in upper and lower case"));
        }
    }
    faults.or(headers)
}

pub(super) fn positioned(found: &[TemplateFault]) -> Faults {
    let mut faults = Faults::default();
    for fault in found {
        faults.push("", fault.to_string());
    }
    faults
}
