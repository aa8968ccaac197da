//! Deletes webhooks and campaigns, once somebody has said so twice.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use hookline::campaign::WebhookId;
use hookline::use_cases::{ChangeRefusal, SaveRefusal, delete_campaign, delete_webhook};
use http::StatusCode;

use super::super::address::PagePath;
use super::super::delete_page::DeletePage;
use super::super::done::Done;
use super::super::error_page::ErrorPage;
use super::super::form::SessionForm;
use super::super::lookup::{campaign_of, unknown_webhook};
use super::super::page::{Layout, Section, page};
use super::super::session::SignedIn;
use super::version_of;
use crate::management::Backend;

/// `GET …/webhooks/{webhook}/delete`
pub(super) async fn ask_webhook(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath((id, webhook)): PagePath<(String, String)>,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let found = campaign.webhooks.iter().find(|it| it.id.as_str() == webhook);
    let found = found.ok_or_else(unknown_webhook)?;
    let back = format!("/console/campaigns/{id}/webhooks/{webhook}");
    Ok(page(&DeletePage {
        layout: Layout::of(&signed, Section::Campaigns),
        question: format!("Delete the webhook {}?", found.name),
        consequence:
            "It fires no more, and what it still had to deliver is not delivered. What it \
                      delivered so far stays in the calls."
                .to_owned(),
        facts: Vec::new(),
        action: format!("{back}/delete"),
        back,
        version: Some(campaign.version),
    }))
}

/// `POST …/webhooks/{webhook}/delete`
pub(super) async fn remove(
    State(backend): State<Arc<Backend>>,
    PagePath((id, webhook)): PagePath<(String, String)>,
    SessionForm { fields, .. }: SessionForm,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let webhook = WebhookId::parse(&webhook).map_err(|_| unknown_webhook())?;
    let version = version_of(&fields)?;
    let (store, policy) = (&backend.store, &backend.policy);
    match delete_webhook(store, policy, &campaign.id, version, &webhook).await {
        Ok(_) => Ok(Done::WebhookDeleted.told_at(&format!("/console/campaigns/{id}"))),
        Err(refusal) => Err(refused(refusal)),
    }
}

/// `GET /console/campaigns/{id}/delete`
pub(super) async fn ask_campaign(
    signed: SignedIn,
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let back = format!("/console/campaigns/{id}");
    Ok(page(&DeletePage {
        layout: Layout::of(&signed, Section::Campaigns),
        question: format!("Delete the campaign {}?", campaign.name),
        consequence:
            "Its webhooks fire no more, its postback keys stop working, and calls for it are \
                      refused. Calls that it had stay until they are no longer kept."
                .to_owned(),
        facts: Vec::new(),
        action: format!("{back}/delete"),
        back,
        version: Some(campaign.version),
    }))
}

/// `POST /console/campaigns/{id}/delete`
pub(super) async fn delete(
    State(backend): State<Arc<Backend>>,
    PagePath(id): PagePath<String>,
    SessionForm { fields, .. }: SessionForm,
) -> Result<Response, ErrorPage> {
    let campaign = campaign_of(&backend, &id).await?;
    let version = version_of(&fields)?;
    match delete_campaign(&backend.store, &campaign.id, version).await {
        Ok(()) => Ok(Done::CampaignDeleted.told_at("/console/")),
        Err(refusal) => Err(refused(refusal)),
    }
}

fn refused(refusal: ChangeRefusal) -> ErrorPage {
    match refusal {
        ChangeRefusal::Save(SaveRefusal::Store(error)) => error.into(),
        ChangeRefusal::Save(SaveRefusal::Stale(_)) => ErrorPage::of(
            StatusCode::CONFLICT,
            "Nothing was deleted",
            "Somebody saved the campaign in the meantime. Look at it again, and delete it if you \
             still want to.",
        ),
        ChangeRefusal::Save(SaveRefusal::Invalid(faults)) => {
            let message = format!("What is left of the campaign would not be valid: {faults}");
            ErrorPage::of(StatusCode::UNPROCESSABLE_ENTITY, "Nothing was deleted", message)
        }
        ChangeRefusal::UnknownCampaign(_) | ChangeRefusal::UnknownWebhook(_) => {
            ErrorPage::unknown("It is gone already.")
        }
    }
}
