//! Lists calls and failed deliveries by campaign and day.

use super::DynamoDb;
use super::failure::unreadable;
use crate::call::Call;
use crate::campaign::CampaignId;
use crate::delivery::Delivery;
use crate::ports::StoreError;
use crate::ports::call_log::{CallLog, Page, PageAsked};
use crate::time::Day;

impl CallLog for DynamoDb {
    async fn calls_of(
        &self,
        _campaign: &CampaignId,
        _day: Day,
        _asked: &PageAsked,
    ) -> Result<Page<Call>, StoreError> {
        Err(unreadable("list calls", "stub"))
    }

    async fn failed_of(
        &self,
        _campaign: &CampaignId,
        _day: Day,
        _asked: &PageAsked,
    ) -> Result<Page<Delivery>, StoreError> {
        Err(unreadable("list deliveries", "stub"))
    }
}
