//! Many who do something to a store in the same moment.

use std::sync::Barrier;
use std::thread;

use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// Does all of these at once, each on a thread of its own; what they answered, in order. For tests
/// of the multi-threaded runtime.
pub(crate) fn at_once<T: Send>(all: Vec<impl Future<Output = T> + Send>) -> Vec<T> {
    let (runtime, gate) = (Handle::current(), Barrier::new(all.len()));
    let each_at_the_gate = |one| {
        let (runtime, gate) = (&runtime, &gate);
        move || {
            gate.wait();
            runtime.block_on(one)
        }
    };
    block_in_place(|| {
        thread::scope(|scope| {
            let threads: Vec<_> =
                all.into_iter().map(|one| scope.spawn(each_at_the_gate(one))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    })
}
