//! What AWS asks for in us-east-1, in dollars, without its free allowances and before the discounts of
//! large volumes. The constants are what `infra/COST.md` reckons with; the pages are where to look
//! whether they still hold. They are from stored copies of these pages; the date of a copy is given
//! where it is known, and the others are to be checked.

/// A million invocations: <https://aws.amazon.com/lambda/pricing/>.
pub const LAMBDA_MILLION_REQUESTS: f64 = 0.20;
/// A GB for a second on arm64, as `template.yaml` has it: the same page.
pub const LAMBDA_GB_SECOND_ARM64: f64 = 0.000_013_333_4;
/// A GB for a second on `x86_64`: the same page.
pub const LAMBDA_GB_SECOND_X86: f64 = 0.000_016_666_7;
/// A million write request units, on demand: <https://aws.amazon.com/dynamodb/pricing/on-demand/>, half
/// of what it was before November 2024.
pub const DYNAMODB_MILLION_WRITES: f64 = 0.625;
/// A million read request units, on demand: the same page.
pub const DYNAMODB_MILLION_READS: f64 = 0.125;
/// A GB in a table for a month: the same page.
pub const DYNAMODB_GB_MONTH: f64 = 0.25;
/// A GB under point-in-time recovery for a month: the same page.
pub const DYNAMODB_RECOVERY_GB_MONTH: f64 = 0.20;
/// A million requests to standard queues, of 64 KB at most each: <https://aws.amazon.com/sqs/pricing/>
/// (copies of March and June 2026).
pub const SQS_MILLION_REQUESTS: f64 = 0.40;
/// A million requests to an HTTP API, of 512 KB at most each:
/// <https://aws.amazon.com/api-gateway/pricing/>.
pub const HTTP_API_MILLION_REQUESTS: f64 = 1.00;
/// A GB of logs taken in: <https://aws.amazon.com/cloudwatch/pricing/> (February 2026, as in the
/// runbook).
pub const LOGS_GB: f64 = 0.50;
/// A million recorded traces: <https://aws.amazon.com/xray/pricing/>.
pub const XRAY_MILLION_TRACES: f64 = 5.00;
