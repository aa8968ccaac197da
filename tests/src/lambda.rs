//! A caller of Hookline's functions that goes to Lambda itself, as platforms do that need no HTTP API.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use serde_json::Value;

/// The functions of one deployment at a Lambda endpoint.
#[derive(Debug, Clone)]
pub struct Lambda {
    http: reqwest::Client,
    url: String,
    prefix: String,
    caller: Caller,
}

/// Who invokes.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What requests are signed with.
    pub credentials: Credentials,
    /// Where Lambda is asked.
    pub region: String,
}

/// Why an invocation has no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeFault {
    /// The function failed; what it said of it.
    #[error("the function failed: {0}")]
    Function(String),
    /// The invocation could not be made.
    #[error("the invocation cannot be made: {0}")]
    Request(String),
    /// Lambda did not run the function, or no whole answer came back.
    #[error("Lambda did not answer: {0}")]
    Lambda(String),
    /// Hookline has no function of that name that is invoked directly.
    #[error("there is no function {0:?} to invoke directly")]
    Unknown(String),
    /// `HOOKLINE_URL` is set and `HOOKLINE_INVOKE_URL` is not.
    #[error("set HOOKLINE_INVOKE_URL and HOOKLINE_FUNCTION_PREFIX to invoke functions there")]
    NoEndpoint,
}

impl Lambda {
    /// The functions whose names begin with `prefix` and a dash, at the endpoint `url`.
    ///
    /// # Errors
    /// When the system's TLS cannot be set up.
    #[expect(clippy::disallowed_methods, reason = "it talks to Lambda, not to partners")]
    pub fn new(url: &str, prefix: String, caller: Caller) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), prefix, caller })
    }

    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    /// When there is none.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Result<Value, InvokeFault> {
        let lost = |error: reqwest::Error| InvokeFault::Lambda(error.to_string());
        let Self { http, url, prefix, caller } = self;
        let address = format!("{url}/2015-03-31/functions/{prefix}-{function}/invocations");
        let request = caller
            .request(&address, payload)
            .map_err(|fault| InvokeFault::Request(fault.to_string()))?;
        let response = http.execute(request).await.map_err(lost)?;
        let status = response.status();
        let failed = response.headers().contains_key("x-amz-function-error");
        let text = response.text().await.map_err(lost)?;
        if !status.is_success() {
            return Err(InvokeFault::Lambda(format!("{status}: {text}")));
        }
        if failed {
            return Err(InvokeFault::Function(text));
        }
        serde_json::from_str(&text).map_err(|error| InvokeFault::Lambda(error.to_string()))
    }
}

impl Caller {
    /// An invocation with AWS's signature, version 4.
    fn request(
        &self,
        address: &str,
        payload: &Value,
    ) -> Result<reqwest::Request, Box<dyn std::error::Error>> {
        let body = payload.to_string();
        let identity = self.credentials.clone().into();
        let now = SystemTime::UNIX_EPOCH
            + Duration::from_millis(SystemClock.now().as_millis().try_into()?);
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("lambda")
            .time(now)
            .settings(SigningSettings::default())
            .build()?;
        let signable = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", address, std::iter::empty(), signable)?;
        let (signature, _) = sign(signable, &parameters.into())?.into_parts();
        let mut request = http::Request::post(address).body(body)?;
        signature.apply_to_request_http1x(&mut request);
        Ok(request.try_into()?)
    }
}
