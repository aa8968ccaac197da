//! The de-dupe windows of a caller, read only where somebody asks for them (spec sections 8 and 10).

use crate::call::Call;
use crate::ports::StoreError;
use crate::ports::callers::{Caller, Callers};
use crate::time::Timestamp;
use crate::window::Windows;

/// Why a webhook is skipped whose window is open.
pub(super) const DEDUPED: &str = "de-dupe: it was delivered for this caller not long ago";

/// The windows that are open for a call's caller, if they are `asked` for; most campaigns need none.
pub(super) async fn open_windows(
    store: &impl Callers,
    asked: bool,
    call: &Call,
    now: Timestamp,
) -> Result<Windows, StoreError> {
    match Caller::of(call).filter(|_| asked) {
        Some(caller) => store.windows(caller, now).await,
        None => Ok(Windows::new()),
    }
}
