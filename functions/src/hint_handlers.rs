//! Follows hints: the functions that queues feed, and the sweep that fills the queues again.

use std::time::Duration;

use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::http::HttpSender;
use hookline::adapters::sqs::SqsHints;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::ports::hints::Hint;
use hookline::use_cases::{advance_call, deliver, sweep};
use serde_json::json;

use crate::envelope::{Answer, FunctionError, NotTaken, take_each};
use crate::environment::Environment;
use crate::log;
use crate::runtime::Invocation;

/// Sees to what calls owe: the function `outcome`.
#[derive(Debug)]
pub struct OutcomeHandler {
    store: DynamoDb,
    hints: SqsHints,
}

/// Makes attempts of deliveries: the functions `timer`, `connect`, `conversion`, `non_conversion`,
/// `postback_webhook` and `always`, each for its own queue.
#[derive(Debug)]
pub struct DeliveryHandler {
    store: DynamoDb,
    sender: HttpSender,
    hints: SqsHints,
}

/// Hints what is past due: the function `sweep`.
#[derive(Debug)]
pub struct SweepHandler {
    store: DynamoDb,
    hints: SqsHints,
}

impl OutcomeHandler {
    /// A handler in the function's environment.
    #[must_use]
    pub fn open(environment: &Environment) -> Self {
        Self::new(environment.store(), environment.hints())
    }

    /// A handler before a store and queues.
    #[must_use]
    pub fn new(store: DynamoDb, hints: SqsHints) -> Self {
        Self { store, hints }
    }

    /// Takes one batch of messages.
    ///
    /// # Errors
    /// When it is none.
    pub async fn take(&self, invocation: Invocation) -> Answer {
        take_each(invocation.payload, |hint| Box::pin(self.follow(hint))).await
    }

    async fn follow(&self, hint: Hint) -> Result<(), NotTaken> {
        let Hint::Call { call } = hint else { return Err(NotTaken::Misled) };
        Ok(advance_call(&self.store, &self.hints, &SystemClock, &call).await?)
    }
}

impl DeliveryHandler {
    /// A handler in the function's environment.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn open(environment: &Environment) -> Result<Self, lambda_runtime::Error> {
        Ok(Self::new(environment.store(), environment.sender()?, environment.hints()))
    }

    /// A handler before a store, a sender and queues.
    #[must_use]
    pub fn new(store: DynamoDb, sender: HttpSender, hints: SqsHints) -> Self {
        Self { store, sender, hints }
    }

    /// Takes one batch of messages.
    ///
    /// # Errors
    /// When it is none.
    pub async fn take(&self, invocation: Invocation) -> Answer {
        let Invocation { payload, remaining } = invocation;
        take_each(payload, |hint| Box::pin(self.follow(hint, remaining))).await
    }

    async fn follow(&self, hint: Hint, remaining: Duration) -> Result<(), NotTaken> {
        let Hint::Delivery(key) = hint else { return Err(NotTaken::Misled) };
        let (store, sender, hints) = (&self.store, &self.sender, &self.hints);
        let (clock, random) = (&SystemClock, &SystemRandom);
        let delivered = deliver(store, sender, hints, clock, random, &key, remaining).await?;
        log::delivered(&key, &delivered);
        Ok(())
    }
}

impl SweepHandler {
    /// A handler in the function's environment.
    #[must_use]
    pub fn open(environment: &Environment) -> Self {
        Self::new(environment.store(), environment.hints())
    }

    /// A handler before a store and queues.
    #[must_use]
    pub fn new(store: DynamoDb, hints: SqsHints) -> Self {
        Self { store, hints }
    }

    /// Sweeps once, whatever it is invoked with.
    ///
    /// # Errors
    /// When our own store failed; the next sweep does it all again.
    pub async fn take(&self) -> Answer {
        match sweep(&self.store, &self.hints, &SystemClock).await {
            Ok(swept) => {
                log::swept(&swept);
                Ok(json!({"hinted": swept.hinted}))
            }
            Err(error) => Err(FunctionError(error.to_string())),
        }
    }
}
