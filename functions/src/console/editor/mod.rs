//! The pages that change a campaign: its settings and its webhooks.

mod call_form;
mod campaign_form;
mod conversion_row;
mod difference;
mod placed;
mod token_words;
mod trigger_words;
mod typed;
mod webhook_form;
