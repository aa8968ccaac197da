//! What a stub partner does with a request.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One answer, good or bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    after: Duration,
    answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Http { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    Bytes { bytes: Vec<u8>, then: Then },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Close,
    Hold,
}

impl Reply {
    /// 200 with a JSON body.
    #[must_use]
    pub fn json(body: &serde_json::Value) -> Self {
        Self::http(200, "application/json", body.to_string().into_bytes())
    }

    /// 200 with an HTML body.
    #[must_use]
    pub fn html(body: &str) -> Self {
        Self::http(200, "text/html; charset=utf-8", body.as_bytes().to_vec())
    }

    /// 200 with a text body of that many bytes.
    #[must_use]
    pub fn big(bytes: usize) -> Self {
        Self::http(200, "text/plain", vec![b'x'; bytes])
    }

    /// That status without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::of(Answer::Http { status, headers: Vec::new(), body: Vec::new() })
    }

    /// That status with a `location`.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).with_header("location", location)
    }

    /// These bytes and nothing else, then the connection is closed.
    #[must_use]
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of(Answer::Bytes { bytes: bytes.into(), then: Then::Close })
    }

    /// The connection is closed without a byte.
    #[must_use]
    pub fn empty() -> Self {
        Self::raw([])
    }

    /// These bytes, then silence until the client goes.
    #[must_use]
    pub fn stalls_after(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of(Answer::Bytes { bytes: bytes.into(), then: Then::Hold })
    }

    /// Silence until the client goes.
    #[must_use]
    pub fn never() -> Self {
        Self::stalls_after([])
    }

    /// The same, that much later.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.after = delay;
        self
    }

    /// The same with one more header, `set-cookie` for one. Raw bytes have none to add to and stay
    /// as they are.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Answer::Http { headers, .. } = &mut self.answer {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    fn http(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self::of(Answer::Http { status, headers, body })
    }

    fn of(answer: Answer) -> Self {
        Self { after: Duration::ZERO, answer }
    }

    /// Writes the answer to a request of that method.
    ///
    /// # Errors
    /// When the client goes before it has the answer.
    pub(super) async fn play(self, stream: &mut TcpStream, method: &str) -> io::Result<()> {
        if !self.after.is_zero() {
            #[expect(
                clippy::disallowed_methods,
                reason = "a late answer is what the test asked for; nothing waits on it by guessing"
            )]
            tokio::time::sleep(self.after).await;
        }
        let (bytes, then) = match self.answer {
            Answer::Bytes { bytes, then } => (bytes, then),
            Answer::Http { status, headers, body } => {
                (encode(status, &headers, &body, method), Then::Close)
            }
        };
        stream.write_all(&bytes).await?;
        if then == Then::Hold {
            while stream.read(&mut [0; 1024]).await? > 0 {}
        }
        stream.shutdown().await
    }
}

fn encode(status: u16, headers: &[(String, String)], body: &[u8], method: &str) -> Vec<u8> {
    let reason = axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unnamed");
    let mut head = format!("HTTP/1.1 {status} {reason}\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    // These have no body by definition, and a length would be a lie (RFC 9110 section 8.6).
    let bodiless = matches!(status, 100..=199 | 204);
    if !bodiless {
        head.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
    }
    head.push_str("connection: close\r\n\r\n");
    let mut bytes = head.into_bytes();
    if !bodiless && method != "HEAD" {
        bytes.extend_from_slice(body);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_framed_by_status_and_method() {
        let text = |reply: Reply, method| {
            let Answer::Http { status, headers, body } = reply.answer else { panic!("raw") };
            String::from_utf8(encode(status, &headers, &body, method)).unwrap()
        };

        assert_eq!(
            text(Reply::redirect(302, "/next").with_header("set-cookie", "a=b"), "GET"),
            "HTTP/1.1 302 Found\r\nlocation: /next\r\nset-cookie: a=b\r\n\
             content-length: 0\r\nconnection: close\r\n\r\n"
        );
        assert_eq!(
            text(Reply::big(3), "HEAD"),
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\
             content-length: 3\r\nconnection: close\r\n\r\n"
        );
        assert_eq!(
            text(Reply::status(204), "GET"),
            "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"
        );
    }
}
