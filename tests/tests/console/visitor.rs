//! Somebody at the console of a Hookline in memory, without a browser.

use hookline_local::stack::{Settings, Stack};
use hookline_tests::client::{Answer, Body, Client};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use url::form_urlencoded::Serializer;

pub(crate) struct Visitor {
    stack: Stack,
    api: Client,
    http: reqwest::Client,
    cookie: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) allow: String,
    pub(crate) content_type: String,
    pub(crate) policy: String,
    pub(crate) text: String,
}

impl Visitor {
    /// Somebody who is signed in, with a campaign of the id `solar`.
    pub(crate) async fn signed_in(solar: &Value) -> Self {
        let mut visitor = Self::at_the_door().await;
        visitor.api("PUT", "/campaigns/solar", solar).await;
        visitor.sign_in().await;
        visitor
    }

    /// Somebody who is not signed in yet.
    #[expect(clippy::disallowed_methods, reason = "it talks to Hookline itself, not to partners")]
    pub(crate) async fn at_the_door() -> Self {
        let stack = Stack::start(Settings::default()).await.unwrap();
        let api = Client::new(stack.url()).unwrap();
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { stack, api, http, cookie: String::new() }
    }

    /// Signs in, anew where somebody is signed in.
    pub(crate) async fn sign_in(&mut self) {
        let form = [("key", self.stack.admin_key())];
        let address = format!("{}/console/sign-in", self.stack.url());
        let request = with_form(self.http.post(address), &form);
        let answer = request.send().await.unwrap();
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut self.cookie);
    }

    /// Forgets the sign-in, as a browser does when it is over.
    pub(crate) fn forget(&mut self) {
        self.cookie.clear();
    }

    pub(crate) async fn get(&self, path: &str) -> Seen {
        self.ask(Method::GET, path, &[]).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Seen {
        let address = format!("{}{path}", self.stack.url());
        let mut request = self.http.request(method, address).header(COOKIE, &self.cookie);
        if !form.is_empty() {
            request = with_form(request, form);
        }
        seen(request.send().await.unwrap()).await
    }

    /// Sends the form of a page with other values in some of its fields, to the page's own address.
    pub(crate) async fn send(&self, page: &Seen, path: &str, typed: &[(&str, &str)]) -> Seen {
        let hidden = ["csrf", "version", "base"].map(|name| (name, page.hidden(name)));
        let mut form: Vec<(&str, &str)> = typed.to_vec();
        let given = |name: &str| typed.iter().any(|(field, _)| *field == name);
        form.extend(hidden.iter().filter(|(name, _)| !given(name)).map(|(n, v)| (*n, v.as_str())));
        self.ask(Method::POST, path, &form).await
    }

    pub(crate) async fn api(&self, method: &str, path: &str, document: &Value) -> Value {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let body = if document.is_null() { Body::none() } else { Body::json(document) };
        let key = format!("Bearer {}", self.stack.admin_key());
        let answer: Answer = self.api.send(method, path, Some(&key), body).await.unwrap();
        assert!(answer.status < 300, "{answer:?}");
        answer.body
    }

    pub(crate) async fn leave(self) {
        self.stack.stop().await;
    }
}

fn with_form(request: RequestBuilder, form: &[(&str, &str)]) -> RequestBuilder {
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
}

async fn seen(answer: Response) -> Seen {
    let header = |name: &str| {
        let value = answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        value.unwrap_or_default()
    };
    Seen {
        status: answer.status(),
        location: header(LOCATION.as_str()),
        allow: header("allow"),
        content_type: header("content-type"),
        policy: header("content-security-policy"),
        text: answer.text().await.unwrap(),
    }
}

impl Seen {
    /// What a hidden field of the page carries; empty when there is no such field.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let begin = format!("name=\"{name}\" value=\"");
        let rest = self.text.split_once(&begin).map(|(_, rest)| rest);
        let value = rest.and_then(|rest| rest.split_once('"')).map(|(value, _)| value);
        value.unwrap_or_default().to_owned()
    }
}
