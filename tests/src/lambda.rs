//! A caller of Hookline's functions that goes to Lambda itself, as platforms do that need no HTTP API.

use serde_json::Value;

/// The functions of one deployment at a Lambda endpoint that asks for no signature, as emulators'.
#[derive(Debug, Clone)]
pub struct Lambda {
    http: reqwest::Client,
    url: String,
    prefix: String,
}

/// Why an invocation has no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeFault {
    /// The function failed; what it said of it.
    #[error("the function failed: {0}")]
    Function(String),
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
    pub fn new(url: &str, prefix: String) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), prefix })
    }

    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    /// When there is none.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Result<Value, InvokeFault> {
        let lost = |error: reqwest::Error| InvokeFault::Lambda(error.to_string());
        let Self { http, url, prefix } = self;
        let address = format!("{url}/2015-03-31/functions/{prefix}-{function}/invocations");
        let response = http.post(address).body(payload.to_string()).send().await.map_err(lost)?;
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
