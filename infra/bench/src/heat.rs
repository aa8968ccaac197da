//! Which partitions get hot: calls by chance, their keys by the store's own rules, and what every
//! partition takes in its hottest second.
//!
//! Calls are those of [`Typical::Whole`](crate::typical::Typical::Whole), as a played one used the
//! store. Half of all are of one campaign, the others of five hundred, the likelier the earlier; one
//! in a thousand is from one and the same number, the others from ten million. One in twenty has a
//! delivery tried twice, one in fifty one that fails for good. The last seconds of a run go on into
//! its first, so that each is as full as if calls had come for ever.

use std::collections::HashMap;

use hookline::adapters::dynamodb::{CallPartitions, key_partition};
use hookline::call::CallId;
use hookline::campaign::CampaignId;
use hookline::key::BearerKey;
use hookline::phone::E164;
use hookline::ports::callers::Caller;
use hookline::time::Day;
use hookline_tests::simulation::dice::Dice;

use crate::bench::BenchError;
use crate::stage::Played;

/// What a partition takes a second, by the service's quotas (DynamoDB developer guide, "Partitions and
/// data distribution", November 2026).
pub const WRITE_LIMIT: f64 = 1000.0;
/// The same of reads.
pub const READ_LIMIT: f64 = 3000.0;
/// Campaigns besides the one that half of all calls are of.
const CAMPAIGNS: u32 = 500;
const CALLERS: u64 = 10_000_000;
/// How long a sandbox remembers a campaign or a key, in seconds.
const REMEMBERED: f64 = 30.0;
/// What a campaign's document weighs, in KB.
const CAMPAIGN_KB: f64 = 3.0;
/// Write units of each KB, and of a part of a transaction twice as many.
const CHECK_UNITS_A_KB: f64 = 2.0;
/// How many KB a read unit is for.
const READ_KB: f64 = 4.0;
/// One call in so many has a delivery that is tried twice, what that writes to the index `due`, and when.
const TRIED_TWICE: u64 = 20;
const TRIED_TWICE_UNITS: f64 = 3.0;
const TRIED_TWICE_SECOND: usize = 199;
/// One call in so many has a delivery that fails for good, what that writes to the index `log`, and when.
const FAILING: u64 = 50;
const FAILING_UNITS: f64 = 1.0;
const FAILING_SECOND: usize = 194;
/// Each call has a partition to itself: so many stand for all.
const LOOKED_AT: u64 = 1000;
/// One call in so many is from [`BUSY_CALLER`].
const FROM_BUSY_CALLER: u64 = 1000;
const BUSY_CALLER: u64 = 6_145_551_234;
/// The first of [`CALLERS`] numbers.
const FIRST_CALLER: u64 = 2_010_000_000;
/// How finely chance is divided where a campaign is chosen.
const GRAINS: u32 = 1_000_000;
/// Sandboxes for each invocation that runs on the average: load is never even.
const SANDBOXES: f64 = 2.0;
/// When each function is invoked, in seconds after the start, and how long it runs with partners who
/// take 150 ms.
const TIMES: [(&str, &[usize], f64); 9] = [
    ("start", &[0], 0.2),
    ("selected", &[2], 0.2),
    ("answered", &[8], 0.2),
    ("timer", &[68, 128], 0.2),
    ("postback", &[150], 0.05),
    ("ended", &[188], 0.05),
    ("outcome", &[193], 0.05),
    ("conversion", &[193], 0.2),
    ("always", &[194, 253], 0.2),
];
/// The functions that ask for the bearer's key.
const KEYED: [&str; 4] = ["start", "selected", "answered", "ended"];

/// What one call asks of the store, second by second.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile(Vec<Step>);

#[derive(Debug, Clone, Default, PartialEq)]
struct Step {
    second: usize,
    call: f64,
    caller: f64,
    due: f64,
    log: f64,
    reads: f64,
}

/// What a kind of partitions takes in the hottest second of the hottest of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Hottest {
    /// What the partitions are of.
    pub of: &'static str,
    /// The key of the hottest.
    pub key: String,
    /// Its units a second.
    pub units: f64,
    /// What it may take.
    pub limit: f64,
}

impl Profile {
    /// What a played call asked for.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a call has a few invocations of a function")]
    pub fn of(played: &Played) -> Self {
        let steps = TIMES.iter().filter_map(|(name, seconds, _)| {
            let store = played.work.get(name)?.store.total();
            let share = |units: f64| units / seconds.len() as f64;
            let kind = |kind: &str| share(store.kind_units.get(kind).copied().unwrap_or_default());
            let index =
                |name: &str| share(store.index_units.get(name).copied().unwrap_or_default());
            let step = Step {
                second: 0,
                call: kind("CALL"),
                caller: kind("CALLER"),
                due: index("due"),
                log: index("log"),
                reads: share(store.read_units),
            };
            Some(seconds.iter().map(move |second| Step { second: *second, ..step.clone() }))
        });
        Self(steps.flatten().collect())
    }

    /// The write units of the index `due`.
    #[must_use]
    pub fn due(&self) -> f64 {
        self.0.iter().map(|step| step.due).sum()
    }
}

/// Units by key and second.
#[derive(Debug)]
struct Tally {
    seconds: usize,
    keys: HashMap<String, Vec<f64>>,
}

impl Tally {
    fn new(seconds: usize) -> Self {
        Self { seconds, keys: HashMap::new() }
    }

    fn add(&mut self, key: &str, second: usize, units: f64) {
        let seconds = self.seconds;
        if !self.keys.contains_key(key) {
            self.keys.insert(key.to_owned(), vec![0.0; seconds]);
        }
        let of_key = self.keys.get_mut(key);
        if let Some(sum) = of_key.and_then(|of_key| of_key.get_mut(second % seconds)) {
            *sum += units;
        }
    }

    fn hottest(&self, of: &'static str, limit: f64) -> Hottest {
        let most = |of_key: &[f64]| of_key.iter().copied().fold(0.0, f64::max);
        let keys = self.keys.iter().map(|(key, of_key)| (most(of_key), key));
        // By the key too, so that a draw is drawn alike each time.
        let hottest = keys.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)));
        let (units, key) = hottest.map(|(units, key)| (units, key.clone())).unwrap_or_default();
        Hottest { of, key, units, limit }
    }
}

/// Plays so many calls a second for so many seconds, and tells the hottest partition of each kind.
///
/// # Errors
/// When a name that is made up here is none.
pub fn hottest(
    profile: &Profile,
    calls_a_second: u32,
    seconds: u32,
) -> Result<Vec<Hottest>, BenchError> {
    let mut dice = Dice::new(u64::from(calls_a_second));
    let campaigns: Vec<CampaignId> = (0..=CAMPAIGNS)
        .map(|n| parsed(CampaignId::parse(&format!("campaign-{n}"))))
        .collect::<Result<_, _>>()?;
    let day = parsed(Day::parse("2026-11-23").ok_or("no day"))?;
    let span = usize::try_from(seconds).unwrap_or(usize::MAX);
    let new = || Tally::new(span);
    let (mut due, mut log, mut failed, mut callers) = (new(), new(), new(), new());
    let (mut call_reads, mut caller_reads, mut calls) = (new(), new(), new());
    let mut busy = String::new();
    for n in 0..u64::from(calls_a_second) * u64::from(seconds) {
        let chosen = some_campaign(&mut dice);
        let Some(campaign) = campaigns.get(chosen) else { continue };
        let number = some_caller(&mut dice);
        let number = parsed(E164::parse(&format!("+1{number:010}")))?;
        let call = parsed(CallId::parse(&format!("{:016x}{:016x}", dice.bits(), dice.bits())))?;
        let keys = CallPartitions::of(&call, Caller { campaign, number: &number }, day);
        if chosen == 0 {
            busy.clone_from(&keys.campaign);
        }
        let due_key = keys.due.to_string();
        let start = usize::try_from(n / u64::from(calls_a_second)).unwrap_or_default();
        let is_looked_at = n < LOOKED_AT;
        for step in &profile.0 {
            let second = start + step.second;
            due.add(&due_key, second, step.due);
            callers.add(&keys.caller, second, step.caller);
            if step.log > 0.0 {
                log.add(&keys.log, second, step.log);
                caller_reads.add(&keys.caller, second, step.reads);
            }
            if is_looked_at {
                calls.add(&keys.call, second, step.call);
                call_reads.add(&keys.call, second, step.reads);
            }
        }
        if dice.between(1, TRIED_TWICE) == 1 {
            due.add(&due_key, start + TRIED_TWICE_SECOND, TRIED_TWICE_UNITS);
        }
        if dice.between(1, FAILING) == 1 {
            failed.add(&keys.failed, start + FAILING_SECOND, FAILING_UNITS);
        }
    }
    let bearer = key_partition(&BearerKey::given("the platform's".to_owned()).hash());
    let [campaign_writes, campaign_reads, key_writes, key_reads] =
        remembering(f64::from(calls_a_second));
    let fixed = |of, key: &String, units, limit| Hottest { of, key: key.clone(), units, limit };
    Ok(vec![
        due.hottest("index due, writes", WRITE_LIMIT),
        log.hottest("index log, calls, writes", WRITE_LIMIT),
        failed.hottest("index log, failures, writes", WRITE_LIMIT),
        calls.hottest("a call, writes", WRITE_LIMIT),
        callers.hottest("a caller, writes", WRITE_LIMIT),
        fixed("a campaign, writes", &busy, campaign_writes, WRITE_LIMIT),
        fixed("a key, writes", &bearer, key_writes, WRITE_LIMIT),
        call_reads.hottest("a call, reads", READ_LIMIT),
        caller_reads.hottest("a caller, reads", READ_LIMIT),
        fixed("a campaign, reads", &busy, campaign_reads, READ_LIMIT),
        fixed("a key, reads", &bearer, key_reads, READ_LIMIT),
    ])
}

/// What it takes a second that sandboxes remember the campaign of half of all calls, and the one key of
/// the platform, for no more than thirty seconds: writes and reads of the campaign, then of the key.
fn remembering(calls_a_second: f64) -> [f64; 4] {
    let mut taken = [0.0; 4];
    let [campaign_writes, campaign_reads, key_writes, key_reads] = &mut taken;
    for (name, seconds, took) in TIMES {
        let sandboxes = (SANDBOXES
            * calls_a_second
            * took
            * f64::from(u8::try_from(seconds.len()).unwrap_or(1)))
        .max(1.0);
        // One that is asked less often than that has forgotten when it is asked again.
        let forgotten = |asked: f64| sandboxes / (REMEMBERED + sandboxes / asked);
        let of_campaign = forgotten(calls_a_second / 2.0);
        *campaign_reads += of_campaign * (CAMPAIGN_KB / READ_KB).ceil();
        if name == "start" {
            *campaign_writes += of_campaign * CHECK_UNITS_A_KB * CAMPAIGN_KB;
        }
        if KEYED.contains(&name) {
            *key_writes += forgotten(calls_a_second) * CHECK_UNITS_A_KB;
            *key_reads += forgotten(calls_a_second);
        }
    }
    taken
}

/// Every other call is of the first; of those that follow, each is the rarer the later.
fn some_campaign(dice: &mut Dice) -> usize {
    if dice.between(0, 1) == 0 {
        return 0;
    }
    // Uniform in the logarithm: the n-th is as likely as 1 : n.
    let share = dice.between(0, u64::from(GRAINS) - 1);
    let share = f64::from(u32::try_from(share).unwrap_or_default()) / f64::from(GRAINS);
    let rank = f64::from(CAMPAIGNS).powf(share).floor();
    (1..=CAMPAIGNS)
        .find(|n| f64::from(*n) >= rank)
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(1)
}

fn some_caller(dice: &mut Dice) -> u64 {
    if dice.between(1, FROM_BUSY_CALLER) == 1 {
        BUSY_CALLER
    } else {
        FIRST_CALLER + dice.between(0, CALLERS - 1)
    }
}

fn parsed<T, E: std::fmt::Debug>(result: Result<T, E>) -> Result<T, BenchError> {
    result.map_err(|fault| BenchError::Unexpected(format!("a made-up name is none: {fault:?}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::stage::Work;
    use crate::usage::{Operation, Usage};

    fn step(second: usize, call: f64, due: f64, log: f64, reads: f64) -> Step {
        Step { second, call, caller: 0.0, due, log, reads }
    }

    #[test]
    fn a_function_that_is_invoked_twice_does_half_each_time() {
        let kinds = [("CALL".to_owned(), 6.0)].into();
        let indexes = [("due".to_owned(), 4.0), ("log".to_owned(), 1.0)].into();
        let asked = Operation {
            read_units: 2.0,
            kind_units: kinds,
            index_units: indexes,
            ..Operation::default()
        };
        let store = Usage([("PutItem".to_owned(), asked)].into());
        let work = Work { invocations: 2, store, ..Work::default() };
        let work = BTreeMap::from([("timer", work.clone()), ("start", work)]);

        let profile = Profile::of(&Played { work, ..Played::default() });

        let wanted = [
            step(0, 6.0, 4.0, 1.0, 2.0),
            step(68, 3.0, 2.0, 0.5, 1.0),
            step(128, 3.0, 2.0, 0.5, 1.0),
        ];
        assert_eq!(profile, Profile(wanted.to_vec()));
        assert_eq!(format!("{:.1}", profile.due()), "8.0");
    }

    #[test]
    fn the_hottest_is_the_key_with_the_fullest_second_and_seconds_go_round() {
        let mut tally = Tally::new(2);
        for (key, second, units) in [("a", 0, 2.0), ("b", 1, 2.0), ("b", 3, 1.0), ("a", 1, 2.0)] {
            tally.add(key, second, units);
        }

        let wanted = Hottest { of: "some", key: "b".to_owned(), units: 3.0, limit: 9.0 };
        assert_eq!(tally.hottest("some", 9.0), wanted);
    }

    #[test]
    fn the_same_calls_are_drawn_each_time() {
        let of_caller = Step { caller: 5.0, ..step(0, 3.0, 2.0, 1.0, 4.0) };
        let profile = Profile(vec![of_caller]);

        let found = hottest(&profile, 100, 2).unwrap();

        let told: Vec<String> = found
            .iter()
            .map(|one| format!("{} | {} | {:.2} | {}", one.of, one.key, one.units, one.limit))
            .collect();
        let key = key_partition(&BearerKey::given("the platform's".to_owned()).hash());
        let wanted = [
            "index due, writes | 247 | 5.00 | 1000",
            "index log, calls, writes | campaign-0#2026-11-23#0 | 13.00 | 1000",
            "index log, failures, writes | campaign-1#2026-11-23#1#failed | 1.00 | 1000",
            "a call, writes | CALL#0058bfab5c8be0b0364e452f3f1dde7d | 3.00 | 1000",
            "a caller, writes | CALLER#campaign-0#+12010089985 | 5.00 | 1000",
            "a campaign, writes | CAMPAIGN#campaign-0 | 7.79 | 1000",
            &format!("a key, writes | {key} | 8.56 | 1000"),
            "a call, reads | CALL#0058bfab5c8be0b0364e452f3f1dde7d | 4.00 | 3000",
            "a caller, reads | CALLER#campaign-0#+12010089985 | 4.00 | 3000",
            "a campaign, reads | CAMPAIGN#campaign-0 | 11.25 | 3000",
            &format!("a key, reads | {key} | 4.28 | 3000"),
        ];
        assert_eq!(told, wanted);
    }
}
