//! The pages that change a campaign: its settings and its webhooks.

mod campaign_form;
mod conversion_row;
mod placed;
mod typed;
mod webhook_form;
