//! What Hookline does, one use case a file.
//!
//! A partner's failure is data in a report; the only `Err` that means "try again" is a fault of our
//! own store.

mod advance_call;
mod apply_posting;
mod begin_call;
mod change_webhook;
mod delete_campaign;
mod deliver;
mod disable_webhook;
mod exchange;
mod find_deliveries;
mod fire_pings;
mod made_up_call;
mod make_key;
mod open_windows;
mod parameters;
mod postback_answer;
mod remember;
mod render_request;
mod replay;
mod save_campaign;
mod sweep;
mod take_event;
mod take_postback;
mod try_webhook;
mod write_data;

pub use advance_call::advance_call;
pub use change_webhook::{ChangeRefusal, delete_webhook, save_webhook};
pub use delete_campaign::delete_campaign;
pub use deliver::{Delivered, deliver};
pub use exchange::ShownRequest;
pub use find_deliveries::{DeliverySearch, FoundDeliveries, find_deliveries};
pub use fire_pings::{Ping, fire_pings};
pub use made_up_call::made_up_call;
pub use make_key::{
    FirstKeyRequest, KeyRequest, PostbackKeyRequest, make_api_key, make_first_key,
    make_postback_key,
};
pub use parameters::{Parameters, Refused};
pub use postback_answer::{PostbackAnswer, PostbackResult};
pub use render_request::{Rendering, RequestFault, render_request};
pub use replay::{
    ReplayRange, ReplayRefusal, Replayed, ReplayedRange, replay_delivery, replay_failed,
};
pub use save_campaign::{SaveRefusal, save_campaign};
pub use sweep::{GRACE, OVERDUE, Swept, sweep};
pub use take_event::{Arrival, EventAnswer, TakenEvent, take_event};
pub use take_postback::take_postback;
pub use try_webhook::{Draft, DraftAsked, DryRun, TestFired, draft, dry_run, fire_test};
pub use write_data::write_data;
