//! The kinds of store that each promise is held against.

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `DynamoDB` and a function's sandbox just started: no campaign and no key is remembered.
    Cold,
    /// `DynamoDB` and a sandbox that has just read them.
    Warm,
    /// The store in memory, which has nothing to remember.
    Memory,
}

/// Makes tests of functions that take a [`Kind`]: one against each store.
macro_rules! on_each_store {
    (#[$attribute:meta] $($test:ident),+ $(,)?) => { $(
        mod $test {
            use crate::kind::Kind;

            #[$attribute]
            async fn dynamodb() {
                Box::pin(super::$test(Kind::Cold)).await;
            }

            #[$attribute]
            async fn memory() {
                Box::pin(super::$test(Kind::Memory)).await;
            }
        }
    )+ };
}

/// The same where it may matter what a sandbox remembers.
macro_rules! cold_and_warm_on_each_store {
    (#[$attribute:meta] $($test:ident),+ $(,)?) => { $(
        mod $test {
            use crate::kind::Kind;

            #[$attribute]
            async fn dynamodb_cold() {
                Box::pin(super::$test(Kind::Cold)).await;
            }

            #[$attribute]
            async fn dynamodb_warm() {
                Box::pin(super::$test(Kind::Warm)).await;
            }

            #[$attribute]
            async fn memory() {
                Box::pin(super::$test(Kind::Memory)).await;
            }
        }
    )+ };
}

pub(crate) use {cold_and_warm_on_each_store, on_each_store};
