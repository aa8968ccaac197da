//! What a call uses, in the units that AWS bills, and what a million such calls come to in dollars.

use std::ops::AddAssign;

use crate::prices;
use crate::stage::Played;

/// The memory of each function in `template.yaml`, in GB.
const MEMORY_GB: f64 = 0.5;
/// What a request to the table or a queue takes more on AWS than on loopback, in milliseconds: they
/// promise "single-digit milliseconds" (DynamoDB developer guide, November 2026). Requests that a
/// function makes side by side are reckoned as if they followed each other.
pub const AWS_ROUND_TRIP_MILLIS: f64 = 5.0;
/// What Lambda prints of each invocation besides the function's own lines: START, END and REPORT with
/// a trace id, as the Lambda developer guide shows them (November 2026).
const PLATFORM_LOG_BYTES: f64 = 430.0;
/// A line of the API's access log in the format of `template.yaml`, with usual values.
const ACCESS_LOG_BYTES: f64 = 330.0;
/// A message is received and deleted, each alone where there are few.
const QUEUE_REQUESTS_A_MESSAGE: f64 = 2.0;
/// The share of invocations beyond one a second that X-Ray traces (Lambda developer guide, "Visualize
/// Lambda function invocations using AWS X-Ray", November 2026).
pub const TRACED: f64 = 0.05;
const MILLION: f64 = 1e6;
const BYTES_A_GB: f64 = 1e9;
/// Calls are kept for 90 days.
const MONTHS_KEPT: f64 = 3.0;
/// What DynamoDB adds to the bytes of each item that it stores (DynamoDB developer guide, "DynamoDB
/// item sizes and formats").
const STORED_BYTES_AN_ITEM: f64 = 100.0;

/// What a call leaves in the table.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Kept {
    /// Items.
    pub items: f64,
    /// Their bytes.
    pub bytes: f64,
}

/// What calls use, in billed units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// Invocations of functions.
    pub invocations: f64,
    /// How long they ran, each rounded up to a whole millisecond as it is billed, the store and the
    /// queues at AWS's distance.
    pub billed_millis: f64,
    /// Requests to the table.
    pub store_requests: f64,
    /// Write units, of the table and its indexes.
    pub write_units: f64,
    /// Read units.
    pub read_units: f64,
    /// Requests to queues: those that send, and those of the mappings that receive and delete.
    pub queue_requests: f64,
    /// Requests through API Gateway.
    pub api_requests: f64,
    /// Bytes of logs, those of Lambda and API Gateway included.
    pub log_bytes: f64,
}

/// Dollars by what they are paid for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dollars {
    /// Lambda's invocations.
    pub invocations: f64,
    /// Lambda's time.
    pub time: f64,
    /// Writes.
    pub writes: f64,
    /// Reads.
    pub reads: f64,
    /// Queues.
    pub queues: f64,
    /// API Gateway.
    pub api: f64,
    /// Logs.
    pub logs: f64,
    /// Traces, where there is more than one invocation a second.
    pub traces: f64,
}

/// The processor that functions run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// As `template.yaml` has it.
    Arm64,
    /// The other.
    X86,
}

impl AddAssign<&Self> for Units {
    fn add_assign(&mut self, other: &Self) {
        self.invocations += other.invocations;
        self.billed_millis += other.billed_millis;
        self.store_requests += other.store_requests;
        self.write_units += other.write_units;
        self.read_units += other.read_units;
        self.queue_requests += other.queue_requests;
        self.api_requests += other.api_requests;
        self.log_bytes += other.log_bytes;
    }
}

impl Kept {
    /// What it costs, in dollars, that a million calls are kept which each leave this. The keys that the
    /// indexes hold are left out.
    #[must_use]
    pub fn million(&self) -> f64 {
        let bytes = self.bytes + STORED_BYTES_AN_ITEM * self.items;
        let month = prices::DYNAMODB_GB_MONTH + prices::DYNAMODB_RECOVERY_GB_MONTH;
        MILLION * bytes / BYTES_A_GB * MONTHS_KEPT * month
    }
}

impl Units {
    /// What these calls used.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of a few calls are far below 2^52")]
    pub fn of(played: &Played) -> Self {
        let work = played.total();
        let store = work.store.total();
        let (invocations, api_requests) = (work.invocations as f64, played.api_requests as f64);
        let sends = played.sends as f64;
        let distance = AWS_ROUND_TRIP_MILLIS * (store.requests as f64 + sends);
        Self {
            invocations,
            billed_millis: work.millis.iter().map(|millis| millis.ceil()).sum::<f64>() + distance,
            store_requests: store.requests as f64,
            write_units: store.write_units,
            read_units: store.read_units,
            queue_requests: sends + QUEUE_REQUESTS_A_MESSAGE * played.messages as f64,
            api_requests,
            log_bytes: work.log_bytes as f64
                + PLATFORM_LOG_BYTES * invocations
                + ACCESS_LOG_BYTES * api_requests,
        }
    }

    /// The same shared out evenly among so many.
    #[must_use]
    pub fn over(self, calls: f64) -> Self {
        Self {
            invocations: self.invocations / calls,
            billed_millis: self.billed_millis / calls,
            store_requests: self.store_requests / calls,
            write_units: self.write_units / calls,
            read_units: self.read_units / calls,
            queue_requests: self.queue_requests / calls,
            api_requests: self.api_requests / calls,
            log_bytes: self.log_bytes / calls,
        }
    }

    /// Each with its name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, f64); 8] {
        [
            ("Lambda invocations", self.invocations),
            ("billed Lambda ms", self.billed_millis),
            ("requests to the table", self.store_requests),
            ("write units", self.write_units),
            ("read units", self.read_units),
            ("SQS requests", self.queue_requests),
            ("API Gateway requests", self.api_requests),
            ("log bytes", self.log_bytes),
        ]
    }

    /// What a million calls cost that each use this.
    #[must_use]
    pub fn million(&self, architecture: Architecture) -> Dollars {
        let gb_second = match architecture {
            Architecture::Arm64 => prices::LAMBDA_GB_SECOND_ARM64,
            Architecture::X86 => prices::LAMBDA_GB_SECOND_X86,
        };
        Dollars {
            invocations: self.invocations * prices::LAMBDA_MILLION_REQUESTS,
            time: MILLION * self.billed_millis / 1000.0 * MEMORY_GB * gb_second,
            writes: self.write_units * prices::DYNAMODB_MILLION_WRITES,
            reads: self.read_units * prices::DYNAMODB_MILLION_READS,
            queues: self.queue_requests * prices::SQS_MILLION_REQUESTS,
            api: self.api_requests * prices::HTTP_API_MILLION_REQUESTS,
            logs: MILLION * self.log_bytes / BYTES_A_GB * prices::LOGS_GB,
            traces: self.invocations * TRACED * prices::XRAY_MILLION_TRACES,
        }
    }
}

impl Dollars {
    /// Each with its name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, f64); 8] {
        [
            ("Lambda invocations", self.invocations),
            ("Lambda time", self.time),
            ("DynamoDB writes", self.writes),
            ("DynamoDB reads", self.reads),
            ("SQS", self.queues),
            ("API Gateway", self.api),
            ("logs", self.logs),
            ("traces", self.traces),
        ]
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.named().iter().map(|(_, dollars)| dollars).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_units_times_prices() {
        let units = Units {
            invocations: 2.0,
            billed_millis: 300.0,
            store_requests: 5.0,
            write_units: 8.0,
            read_units: 4.0,
            queue_requests: 3.0,
            api_requests: 1.0,
            log_bytes: 2000.0,
        };

        let arm64 = units.million(Architecture::Arm64);

        let cents = |dollars: f64| format!("{dollars:.2}");
        assert_eq!(
            arm64.named().map(|(_, dollars)| cents(dollars)),
            ["0.40", "2.00", "5.00", "0.50", "1.20", "1.00", "1.00", "0.50"]
        );
        assert_eq!(cents(arm64.total()), "11.60");
        assert_eq!(cents(units.million(Architecture::X86).time), "2.50");
    }

    #[test]
    fn what_is_kept_is_paid_for_three_months_with_its_recovery() {
        let kept = Kept { items: 10.0, bytes: 9000.0 };

        // Ten GB at 45 cents a month.
        assert_eq!(format!("{:.2}", kept.million()), "13.50");
    }
}
