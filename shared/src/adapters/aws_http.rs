//! The HTTP client of AWS's SDK clients: the sender's library and TLS, so that a function carries one
//! of each.
//!
//! Policy: made at the first request, so that a client that is never asked costs nothing; HTTP/1.1,
//! which is what the services speak; no proxy and no redirect. Connections are kept, since a service
//! is asked again and again; they live no longer than the runtime that made them. How long an attempt
//! may take, and whether there is another, is the SDK's to say.

use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use reqwest::redirect;

use super::tls;

/// Connects the clients of AWS's SDK; its clones share their connections.
#[derive(Debug, Clone, Default)]
pub struct AwsHttp {
    client: Arc<OnceLock<reqwest::Client>>,
}

/// Why a service was not reached.
#[derive(Debug, thiserror::Error)]
pub enum Unreached {
    /// TLS does not hold together.
    #[error("the TLS configuration does not hold together")]
    Tls(#[from] rustls::Error),
    /// The client cannot be set up, or there was no answer.
    #[error("there was no answer")]
    Http(#[from] reqwest::Error),
}

impl AwsHttp {
    /// Connects to where a service answers, so that the first request finds the connection made. What
    /// is asked for needs no key: the service's own page about its health.
    ///
    /// # Errors
    /// When there is no answer; nothing is lost by it but time.
    pub async fn connect(&self, endpoint: &str) -> Result<(), Unreached> {
        let answer = self.client()?.get(endpoint).send().await?;
        // A connection is free for others once its answer is read.
        answer.bytes().await?;
        Ok(())
    }

    fn client(&self) -> Result<&reqwest::Client, Unreached> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = client()?;
        Ok(self.client.get_or_init(|| made))
    }
}

impl HttpClient for AwsHttp {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[expect(clippy::disallowed_methods, reason = "it connects to AWS's services, not to partners")]
fn client() -> Result<reqwest::Client, Unreached> {
    let tls = tls::config(&[b"http/1.1"])?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .tcp_nodelay(true)
        .build()?;
    Ok(client)
}

impl HttpConnector for AwsHttp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let http = self.clone();
        HttpConnectorFuture::new(async move {
            let client = http.client().map_err(|fault| ConnectorError::user(fault.into()))?;
            answer(client, request).await
        })
    }
}

async fn answer(
    client: &reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let request = request.try_into_http1x().map_err(|fault| ConnectorError::user(fault.into()))?;
    let request = reqwest::Request::try_from(request.map(reqwest::Body::wrap))
        .map_err(|fault| ConnectorError::user(fault.into()))?;
    let mut response = client.execute(request).await.map_err(lost)?;
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let mut answer = http::Response::new(SdkBody::from(response.bytes().await.map_err(lost)?));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    HttpResponse::try_from(answer).map_err(|fault| ConnectorError::other(fault.into(), None))
}

/// What may come to something when it is tried again.
fn lost(error: reqwest::Error) -> ConnectorError {
    ConnectorError::io(error.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    use aws_sdk_dynamodb::config::retry::RetryConfig;
    use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
    use aws_sdk_dynamodb::error::SdkError;
    use aws_sdk_dynamodb::{Client, Config};

    use super::*;
    use crate::adapters::http::partner::{Act, Partner, answer, read_request};

    fn store(url: &str, http: &AwsHttp) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "tests"))
            .endpoint_url(url)
            .retry_config(RetryConfig::disabled())
            .http_client(http.clone())
            .build();
        Client::from_conf(config)
    }

    #[tokio::test]
    async fn a_request_goes_out_whole_and_its_answer_comes_back_whole() {
        let act = Act::Say(answer("200 OK", "", r#"{"TableNames":["hookline"]}"#));
        let partner = Partner::playing(vec![act]);

        let answered = store(partner.url("/").as_str(), &AwsHttp::default())
            .list_tables()
            .limit(7)
            .send()
            .await;

        assert_eq!(answered.unwrap().table_names(), ["hookline"]);
        let [heard] = partner.heard().try_into().unwrap();
        assert!(heard.starts_with("post / http/1.1\r\n"), "{heard}");
        assert!(heard.contains("x-amz-target: dynamodb_20120810.listtables\r\n"), "{heard}");
        assert!(heard.ends_with("\r\n\r\n{\"Limit\":7}"), "{heard}");
    }

    #[tokio::test]
    async fn a_refusal_is_the_services_own_and_silence_is_a_failed_dispatch() {
        let body = r#"{"__type":"x#AccessDeniedException","message":"no"}"#;
        let refusal = Act::Say(answer("400 Bad Request", "", body));
        let partner = Partner::playing(vec![refusal, Act::Say(Vec::new())]);
        let http = AwsHttp::default();

        let refused =
            store(partner.url("/").as_str(), &http).list_tables().send().await.unwrap_err();
        let lost = store(partner.url("/").as_str(), &http).list_tables().send().await.unwrap_err();

        assert!(matches!(refused, SdkError::ServiceError(_)), "{refused:?}");
        let SdkError::DispatchFailure(lost) = lost else { panic!("{lost:?}") };
        assert!(lost.is_io(), "{lost:?}");
    }

    #[tokio::test]
    async fn what_connects_before_is_one_connection_with_what_asks() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let partner = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            drop(listener);
            [answer("200 OK", "", "healthy"), answer("200 OK", "", r#"{"TableNames":[]}"#)].map(
                |answer| {
                    let request = read_request(&mut stream);
                    stream.write_all(&answer).unwrap();
                    request.lines().next().unwrap().to_owned()
                },
            )
        });
        let http = AwsHttp::default();

        http.connect(&url).await.unwrap();
        let answered = store(&url, &http).list_tables().send().await;

        assert!(answered.is_ok(), "{answered:?}");
        assert_eq!(partner.join().unwrap(), ["get / http/1.1", "post / http/1.1"]);
        assert!(http.connect(&url).await.is_err());
    }
}
