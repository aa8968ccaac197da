//! The processor: what this process takes of it, and how much of it a thread may use.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What all threads of this process, also those that ended, took of the processor so far.
pub(super) fn cpu_time() -> Duration {
    let taken = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(taken.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(taken.tv_nsec).unwrap_or_default())
}

/// Keeps the calling thread, and those that it starts, to one core; whether that could be done.
#[cfg(target_os = "linux")]
pub(super) fn only_one_core() -> bool {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let Ok(allowed) = sched_getaffinity(None) else { return false };
    let Some(core) = (0..CpuSet::MAX_CPU).find(|core| allowed.is_set(*core)) else { return false };
    let mut one = CpuSet::new();
    one.set(core);
    sched_setaffinity(None, &one).is_ok()
}

/// There is no such thing here.
#[cfg(not(target_os = "linux"))]
pub(super) fn only_one_core() -> bool {
    false
}
