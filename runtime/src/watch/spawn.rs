//! The only module of this crate, besides the driver's witness, that starts a thread.

use std::thread::{Builder, JoinHandle};

/// A thread that was started here.
pub(super) struct Thread(JoinHandle<()>);

impl Thread {
    /// Starts one that an operator finds under this name; `None` where the system has none left. Nothing
    /// that is done here is worth failing a run for.
    pub(super) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Option<Self> {
        let started = Builder::new().name(name.to_owned()).spawn(work);
        started.ok().map(Self)
    }

    /// Waits for its end. Whatever it has panicked of is no fault of the run.
    pub(super) fn join(self) {
        let _ = self.0.join();
    }
}
