//! A function binary in a sandbox of its own.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::{Answered, FunctionError, RuntimeApi, lock};

/// How long a function may take to its first poll, as on Lambda.
pub const INIT_LIMIT: Duration = Duration::from_secs(10);
/// How long an invocation may take unless it says otherwise.
pub const INVOKE_LIMIT: Duration = Duration::from_secs(30);

/// A function that runs until this is dropped.
#[derive(Debug)]
pub struct LambdaFunction {
    api: RuntimeApi,
    logs: Logs,
    init: Duration,
    process: Option<u32>,
    /// Whoever holds it has the function's turn.
    sandbox: tokio::sync::Mutex<Sandbox>,
}

#[derive(Debug)]
struct Sandbox {
    child: Child,
    readers: Vec<JoinHandle<()>>,
}

/// What the function printed on either stream, line by line.
#[derive(Debug, Clone, Default)]
struct Logs(Arc<Mutex<String>>);

impl LambdaFunction {
    /// Runs the binary with these variables and those that Lambda sets, and no others, and returns
    /// once it asks for its first event.
    ///
    /// # Errors
    /// When the binary does not run, reports an error of initialisation, ends, or is not ready
    /// within [`INIT_LIMIT`]; the message holds what it printed.
    pub async fn spawn(
        binary: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, FunctionError> {
        let name = binary.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self::start(Command::new(binary), &name, environment).await
    }

    async fn start(
        mut command: Command,
        name: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, FunctionError> {
        let entry_fault =
            |error: io::Error| FunctionError::new("Runtime.InvalidEntrypoint", error.to_string());
        let (api, initialised) = RuntimeApi::start(name).await.map_err(entry_fault)?;
        let command = command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let started = Instant::now();
        let mut child = command.spawn().map_err(entry_fault)?;
        let process = child.id();
        let logs = Logs::default();
        let readers = [
            child.stdout.take().map(|stream| tokio::spawn(logs.clone().follow(stream))),
            child.stderr.take().map(|stream| tokio::spawn(logs.clone().follow(stream))),
        ];
        let readers = readers.into_iter().flatten().collect();
        let mut sandbox = Sandbox { child, readers };
        let how = timeout(INIT_LIMIT, async {
            tokio::select! {
                biased;
                Ok(how) = initialised => how,
                status = sandbox.child.wait() => Err(sandbox.exited(status, &logs).await),
            }
        });
        let polled = how.await.unwrap_or_else(|_| {
            let message = format!("not ready after {INIT_LIMIT:?}; it printed:\n{}", logs.text());
            Err(FunctionError::new("Sandbox.Timedout", message))
        })?;
        let init = polled.duration_since(started);
        Ok(Self { api, logs, init, process, sandbox: tokio::sync::Mutex::new(sandbox) })
    }

    /// How long it took from just before its process was started to its first poll for an event.
    #[must_use]
    pub fn init(&self) -> Duration {
        self.init
    }

    /// The id of its process, which may have ended since.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.process
    }

    /// Invokes the function, after those that asked before, and allows it [`INVOKE_LIMIT`].
    ///
    /// # Errors
    /// What the function reports, or how it ended.
    pub async fn invoke(&self, payload: Value) -> Result<Value, FunctionError> {
        self.invoke_within(INVOKE_LIMIT, payload).await
    }

    /// Invokes the function as if its timeout were `limit`, counted from its turn.
    ///
    /// # Errors
    /// What the function reports, or how it ended: `Runtime.ExitError` when it is or was gone,
    /// `Sandbox.Timedout` when it was not done in time and was killed.
    pub async fn invoke_within(
        &self,
        limit: Duration,
        payload: Value,
    ) -> Result<Value, FunctionError> {
        self.invoke_timed(limit, payload).await.map(|answered| answered.value)
    }

    /// The same, with how long the function took.
    ///
    /// # Errors
    /// As [`Self::invoke_within`].
    pub async fn invoke_timed(
        &self,
        limit: Duration,
        payload: Value,
    ) -> Result<Answered, FunctionError> {
        let mut sandbox = self.sandbox.lock().await;
        let settled = self.api.submit(payload, limit);
        let done = timeout(limit, async {
            tokio::select! {
                // An answer counts even when the function ends right after it.
                biased;
                Ok((outcome, took)) = settled => outcome.map(|value| Answered { value, took }),
                status = sandbox.child.wait() => Err(sandbox.exited(status, &self.logs).await),
            }
        });
        if let Ok(answered) = done.await {
            return answered;
        }
        let _ = sandbox.child.kill().await;
        let message = format!("timed out after {limit:?}; it printed:\n{}", self.logs.text());
        Err(FunctionError::new("Sandbox.Timedout", message))
    }

    /// Ends the function, and returns once its process is gone.
    pub async fn stop(self) {
        let mut sandbox = self.sandbox.into_inner();
        let _ = sandbox.child.kill().await;
    }

    /// What the function printed on both streams, as far as it is read: what was printed just before
    /// an answer may come in just after it.
    #[must_use]
    pub fn logs(&self) -> String {
        self.logs.text()
    }
}

impl Sandbox {
    /// Names the end of the function, once its last words are in.
    async fn exited(&mut self, status: io::Result<ExitStatus>, logs: &Logs) -> FunctionError {
        for reader in self.readers.drain(..) {
            let _ = reader.await;
        }
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        let message = format!("exited with {status}; it printed:\n{}", logs.text());
        FunctionError::new("Runtime.ExitError", message)
    }
}

impl Logs {
    fn text(&self) -> String {
        lock(&self.0).clone()
    }

    async fn follow(self, stream: impl AsyncRead + Unpin) {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        // Bytes, because a function may print what is no UTF-8.
        while stream.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
            lock(&self.0).push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use serde_json::json;

    use super::super::unix_time;
    use super::*;

    /// This test binary, told to run nothing but [`stand_in`].
    async fn stand_in_function(greeting: &str) -> Result<LambdaFunction, FunctionError> {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let stand_in = format!("{}::stand_in", module_path!().split_once("::").unwrap().1);
        command.args(["--ignored", "--exact", "--nocapture", &stand_in]);
        let environment = [("GREETING".to_owned(), greeting.to_owned())];
        LambdaFunction::start(command, "stand-in", environment).await
    }

    /// One exchange with the Runtime API: the answer's head and body.
    fn exchange(api: &str, method: &str, path: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(api).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: {api}\r\n\
             connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    /// Waits for a line; what was printed may be read after the answer is.
    async fn assert_logs(function: &LambdaFunction, lines: &str) {
        let read = async {
            while !function.logs().contains(lines) {
                tokio::task::yield_now().await;
            }
        };
        let in_time = timeout(Duration::from_secs(10), read).await;
        assert!(in_time.is_ok(), "{}", function.logs());
    }

    #[test]
    #[ignore = "plays the function in the other tests of this module"]
    #[expect(clippy::disallowed_methods, reason = "the environment is what a function is given")]
    fn stand_in() {
        let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") else { return };
        if std::env::var("GREETING").unwrap() == "sullen" {
            let report = r#"{"errorType":"Sulk","errorMessage":"not today"}"#;
            exchange(&api, "POST", "init/error", report);
            return;
        }
        loop {
            let (head, event) = exchange(&api, "GET", "invocation/next", "");
            let header = |name: &str| {
                let line = head.lines().find_map(|line| line.strip_prefix(name));
                line.map(|value| value.trim_start_matches(": ").to_owned()).unwrap()
            };
            let id = header("lambda-runtime-aws-request-id");
            let event: Value = serde_json::from_str(&event).unwrap();
            let reply = |how: &str, body: &Value| {
                exchange(&api, "POST", &format!("invocation/{id}/{how}"), &body.to_string())
            };
            match event["do"].as_str().unwrap() {
                "echo" => {
                    println!("echo {}", event["n"]);
                    reply("response", &event);
                }
                "context" => {
                    let environment: Vec<String> = std::env::vars().map(|(key, _)| key).collect();
                    let context = json!({
                        "id": id,
                        "deadline_ms": header("lambda-runtime-deadline-ms"),
                        "arn": header("lambda-runtime-invoked-function-arn"),
                        "trace": header("lambda-runtime-trace-id"),
                        "environment": environment,
                    });
                    reply("response", &context);
                }
                "fail" => {
                    reply("error", &json!({"errorType": "Boom", "errorMessage": "no luck"}));
                }
                "exit" => {
                    eprintln!("last words");
                    std::process::exit(7);
                }
                _ => loop {
                    std::thread::park();
                },
            }
        }
    }

    #[tokio::test]
    async fn values_and_errors_come_back() {
        let function = stand_in_function("hello").await.unwrap();

        let value = function.invoke(json!({"do": "echo", "n": 1})).await;
        let failed = function.invoke(json!({"do": "fail"})).await;

        assert_eq!(value, Ok(json!({"do": "echo", "n": 1})));
        assert_eq!(failed, Err(FunctionError::new("Boom", "no luck")));
        assert_logs(&function, "echo 1\n").await;
    }

    #[tokio::test]
    async fn what_is_timed_is_within_what_the_caller_waits() {
        let before = Instant::now();
        let function = stand_in_function("hello").await.unwrap();
        let started = before.elapsed();

        let before = Instant::now();
        let answered = function.invoke_timed(INVOKE_LIMIT, json!({"do": "echo", "n": 1})).await;
        let waited = before.elapsed();

        let answered = answered.unwrap();
        assert_eq!(answered.value, json!({"do": "echo", "n": 1}));
        assert!(Duration::ZERO < answered.took && answered.took <= waited, "{answered:?}");
        assert!(Duration::ZERO < function.init() && function.init() <= started);
        let command = std::fs::read(format!("/proc/{}/cmdline", function.process().unwrap()));
        assert!(String::from_utf8_lossy(&command.unwrap()).contains("stand_in"));
    }

    #[tokio::test]
    async fn a_function_that_is_stopped_is_gone() {
        let function = stand_in_function("hello").await.unwrap();
        let process = format!("/proc/{}", function.process().unwrap());
        let process = Path::new(&process);
        assert!(process.exists());

        function.stop().await;

        assert!(!process.exists());
    }

    #[tokio::test]
    async fn a_function_knows_its_request_and_nothing_of_our_environment() {
        let function = stand_in_function("hello").await.unwrap();
        let limit = Duration::from_secs(20);

        let before = unix_time();
        let context = function.invoke_within(limit, json!({"do": "context"})).await.unwrap();
        let after = unix_time();

        let deadline_ms: u64 = context["deadline_ms"].as_str().unwrap().parse().unwrap();
        let deadline = Duration::from_millis(deadline_ms + 1);
        assert!(before + limit <= deadline && deadline <= after + limit + Duration::from_millis(1));
        assert_eq!(context["arn"], "arn:aws:lambda:us-east-1:123456789012:function:stand-in");
        assert!(context["trace"].as_str().unwrap().starts_with("Root=1-"), "{context}");
        let mut environment: Vec<&str> = context["environment"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_str().unwrap())
            .collect();
        environment.sort_unstable();
        assert_eq!(
            environment,
            [
                "AWS_ACCESS_KEY_ID",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                "AWS_LAMBDA_FUNCTION_NAME",
                "AWS_LAMBDA_FUNCTION_VERSION",
                "AWS_LAMBDA_RUNTIME_API",
                "AWS_REGION",
                "AWS_SECRET_ACCESS_KEY",
                "GREETING",
            ]
        );
    }

    #[tokio::test]
    async fn concurrent_invocations_take_turns() {
        let function = stand_in_function("hello").await.unwrap();
        let echo = |n: u32| function.invoke(json!({"do": "echo", "n": n}));

        let (a, b, c) = tokio::join!(echo(1), echo(2), echo(3));

        let numbers: Vec<Value> = [a, b, c].map(|value| value.unwrap()["n"].clone()).to_vec();
        assert_eq!(numbers, [json!(1), json!(2), json!(3)]);
        assert_logs(&function, "echo 1\necho 2\necho 3\n").await;
    }

    #[tokio::test]
    async fn an_invocation_given_up_leaves_the_next_one_its_own_answer() {
        let function = stand_in_function("hello").await.unwrap();

        // Polled once and dropped, before the function had a random.
        tokio::select! {
            biased;
            _ = function.invoke(json!({"do": "echo", "n": 1})) => panic!("answered at once"),
            () = std::future::ready(()) => {}
        }
        let value = function.invoke(json!({"do": "echo", "n": 2})).await;

        assert_eq!(value, Ok(json!({"do": "echo", "n": 2})));
    }

    #[tokio::test]
    async fn a_function_that_ends_says_its_last_words() {
        let function = stand_in_function("hello").await.unwrap();

        let error = function.invoke(json!({"do": "exit"})).await.unwrap_err();
        let again = function.invoke(json!({"do": "echo"})).await.unwrap_err();

        assert_eq!(error.error_type, "Runtime.ExitError");
        assert!(error.message.contains("exit status: 7"), "{error}");
        assert!(error.message.contains("last words"), "{error}");
        assert_eq!(again.error_type, "Runtime.ExitError");
    }

    #[tokio::test]
    async fn a_function_that_hangs_is_killed() {
        let function = stand_in_function("hello").await.unwrap();

        let limit = Duration::from_millis(200);
        let error = function.invoke_within(limit, json!({"do": "hang"})).await.unwrap_err();
        let again = function.invoke(json!({"do": "echo"})).await.unwrap_err();

        assert_eq!(error.error_type, "Sandbox.Timedout");
        assert_eq!(again.error_type, "Runtime.ExitError");
    }

    #[tokio::test]
    async fn a_function_that_does_not_start_says_why() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo TABLE_NAME is not set >&2; exit 3"]);
        let ended = LambdaFunction::start(command, "sh", []).await.unwrap_err();
        let missing = LambdaFunction::spawn(Path::new("/nowhere/at/all"), []).await.unwrap_err();

        assert_eq!(ended.error_type, "Runtime.ExitError");
        assert!(ended.message.ends_with("TABLE_NAME is not set\n"), "{ended}");
        assert_eq!(missing.error_type, "Runtime.InvalidEntrypoint");
        let sullen = stand_in_function("sullen").await.unwrap_err();
        assert_eq!(sullen, FunctionError::new("Sulk", "not today"));
    }

    #[tokio::test]
    async fn a_dropped_function_is_killed() {
        let function = stand_in_function("hello").await.unwrap();
        let readers = std::mem::take(&mut function.sandbox.lock().await.readers);

        drop(function);

        // Its streams end only with it.
        for reader in readers {
            timeout(Duration::from_secs(10), reader).await.unwrap().unwrap();
        }
    }
}
