//! Keeps what later calls of a caller need.

use super::Memory;
use crate::call::CallId;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers, Remembering, Waiting};
use crate::time::Timestamp;
use crate::window::Windows;

impl Callers for Memory {
    async fn last_call(&self, caller: Caller<'_>) -> Result<Option<CallId>, StoreError> {
        Ok(self.lock().caller(caller).and_then(|kept| kept.last_call().cloned()))
    }

    async fn name_last_call(
        &self,
        caller: Caller<'_>,
        call: &CallId,
        at: Timestamp,
        _now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.lock().caller_mut(caller).name_last_call(call, at))
    }

    async fn waiting(
        &self,
        caller: Caller<'_>,
        now: Timestamp,
    ) -> Result<Vec<Waiting>, StoreError> {
        Ok(self.lock().caller(caller).map(|kept| kept.waiting(now)).unwrap_or_default())
    }

    async fn wait(
        &self,
        caller: Caller<'_>,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.lock().caller_mut(caller).wait(waiting, now))
    }

    async fn settle(&self, caller: Caller<'_>, id: &str) -> Result<(), StoreError> {
        self.lock().caller_mut(caller).settle(id);
        Ok(())
    }

    async fn windows(&self, caller: Caller<'_>, now: Timestamp) -> Result<Windows, StoreError> {
        Ok(self.lock().caller(caller).map(|kept| kept.windows(now)).unwrap_or_default())
    }

    async fn remember(
        &self,
        remembering: &Remembering<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.lock().caller_mut(remembering.caller).remember(remembering, now);
        Ok(())
    }
}
