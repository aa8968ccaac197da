//! Runs tasks one at a time, in an order that the dice choose among those that can go on.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::dice::Dice;
use super::timeline::Timeline;

/// More turns than any run needs: past this, something turns in a circle.
const MAX_TURNS: u64 = 3_000_000;

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// Takes on new tasks.
#[derive(Clone, Default)]
pub(super) struct Spawner {
    new: Rc<RefCell<Vec<Work>>>,
    ready: Arc<Ready>,
}

impl Spawner {
    /// Takes a task on.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.new.borrow_mut().push(Box::pin(work));
    }

    /// Whether any task besides the one that asks can go on now.
    pub(super) fn is_busy(&self) -> bool {
        !self.new.borrow().is_empty() || !self.ready.places().is_empty()
    }
}

/// The tasks of a run.
pub(super) struct Executor {
    timeline: Timeline,
    spawner: Spawner,
    dice: Dice,
    tasks: Vec<Option<Task>>,
}

struct Task {
    work: Work,
    turn: Arc<Turn>,
}

/// The places of the tasks that can go on.
#[derive(Default)]
struct Ready(Mutex<Vec<usize>>);

impl Ready {
    fn places(&self) -> MutexGuard<'_, Vec<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts its task among those that can go on, once.
struct Turn {
    task: usize,
    is_ready: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_ready.swap(true, Ordering::Relaxed) {
            self.ready.places().push(self.task);
        }
    }
}

impl Executor {
    /// An executor on a timeline.
    pub(super) fn new(timeline: Timeline, dice: Dice) -> Self {
        Self { timeline, spawner: Spawner::default(), dice, tasks: Vec::new() }
    }

    /// What takes on tasks for it.
    pub(super) fn spawner(&self) -> Spawner {
        self.spawner.clone()
    }

    /// Runs until nobody sleeps any more; says whether it came to that.
    pub(super) fn run(&mut self) -> bool {
        for _ in 0..MAX_TURNS {
            self.take_on();
            if !self.take_a_turn() && !self.timeline.move_on() {
                return true;
            }
        }
        false
    }

    fn take_on(&mut self) {
        for work in self.spawner.new.take() {
            let (task, ready) = (self.tasks.len(), Arc::clone(&self.spawner.ready));
            let turn = Arc::new(Turn { task, is_ready: AtomicBool::new(false), ready });
            turn.wake_by_ref();
            self.tasks.push(Some(Task { work, turn }));
        }
    }

    /// Lets one task that can go on do so; says whether there was one.
    fn take_a_turn(&mut self) -> bool {
        let mut ready = self.spawner.ready.places();
        if ready.is_empty() {
            return false;
        }
        let chosen = self.dice.index(ready.len());
        let chosen = ready.swap_remove(chosen);
        drop(ready);
        let Some(place) = self.tasks.get_mut(chosen) else { return true };
        if let Some(task) = place {
            task.turn.is_ready.store(false, Ordering::Relaxed);
            let waker = Waker::from(Arc::clone(&task.turn));
            if task.work.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Ready(()) {
                *place = None;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(seed: u64) -> Vec<(u64, char)> {
        let timeline = Timeline::default();
        let mut executor = Executor::new(timeline.clone(), Dice::new(seed));
        let order = Rc::new(RefCell::new(Vec::new()));
        for name in 'a'..'g' {
            let (timeline, order) = (timeline.clone(), Rc::clone(&order));
            executor.spawner().spawn(async move {
                timeline.sleep(10).await;
                order.borrow_mut().push((timeline.now(), name));
                futures_util::join!(timeline.sleep(5), timeline.sleep(7));
                order.borrow_mut().push((timeline.now(), name));
            });
        }
        assert!(executor.run());
        order.take()
    }

    #[test]
    fn time_is_virtual_and_the_seed_decides_who_goes_first() {
        let first = order(1);
        assert_eq!(first, order(1));
        assert!(first[..6].iter().all(|(at, _)| *at == 10));
        assert!(first[6..].iter().all(|(at, _)| *at == 17));
        assert!((2..20).any(|seed| order(seed) != first));
    }
}
